import { formatDuration, parseDuration } from "../domain/duration.ts";

/** A duration of the configuration: read as `.ms`, written as Go writes it. */
export class Duration {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }

  static parse(text: unknown): Duration | undefined {
    const ms = typeof text === "string" ? parseDuration(text) : undefined;
    return ms === undefined ? undefined : new Duration(ms);
  }

  toJSON(): string {
    return formatDuration(this.ms).replace(/(?<=[hm])0[ms](?:0s)?$/, "");
  }
}
