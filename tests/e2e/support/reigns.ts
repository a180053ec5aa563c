import type { LogLine } from "../../scenarios/support/log_book.ts";
import type { Operator } from "./operator.ts";

export const isAcquired = (line: LogLine) => line.message === "leadership acquired";

/** When a process led by its own log: [from, to) in milliseconds; an open end is now. */
export function reigns(operator: Operator): [number, number][] {
  const spans: [number, number][] = [];
  for (const line of operator.log) {
    const at = Date.parse(String(line["time"]));
    if (isAcquired(line)) spans.push([at, Infinity]);
    if (line.message === "leadership lost") spans.at(-1)![1] = at;
  }
  return spans;
}
