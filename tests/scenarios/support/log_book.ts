import type { Clock } from "../../../src/runtime/clock.ts";
import { News } from "./news.ts";

/** One line of the operator's log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** The operator's log as it grows, for tests that wait for a line of it. */
export class LogBook {
  readonly lines: LogLine[] = [];
  readonly #news: News;

  constructor(clock: Clock) {
    this.#news = new News(clock);
  }

  /** One line, with or without its end. */
  add(text: string): void {
    this.lines.push(parseLine(text.trimEnd()));
    this.#news.tell();
  }

  /** Waits for a line that `is` the one; one that is there already will do. */
  async logged(is: (line: LogLine) => boolean, ms = 20_000): Promise<LogLine> {
    let seen = 0;
    const next = () => {
      while (seen < this.lines.length) {
        const line = this.lines[seen++]!;
        if (is(line)) return line;
      }
      return undefined;
    };
    const line = await this.#news.until(next, ms);
    if (line === undefined) throw new Error(`no such log line within ${ms} ms: ${is}\n${this.tail()}`);
    return line;
  }

  tail(lines = 30): string {
    return this.lines.slice(-lines).map((line) => JSON.stringify(line)).join("\n");
  }
}

/** What is not the operator's own, such as a crash, is kept as it is. */
function parseLine(text: string): LogLine {
  try {
    return JSON.parse(text);
  } catch {
    return { level: "raw", message: text };
  }
}
