import type { LogEntry } from "../embedded/recording_log.ts";

/** What the operator says of a workload, as far as the demo shows it. */
export interface SpokenFields {
  /** Without its kind. */
  readonly workload: string | undefined;
  readonly reason: string;
  readonly detail: string;
  readonly action: string;
  readonly capacity: string;
}

export function spokenFields({ fields }: LogEntry): SpokenFields {
  const text = (key: string) => typeof fields[key] === "string" ? fields[key] : "";
  return {
    workload: text("workload").split("/")[1],
    reason: text("reason"),
    detail: text("detail"),
    action: text("action"),
    capacity: text("capacity"),
  };
}

/** An entry of the operator's log in plain words; undefined: the demo tells of it in another way. */
export function inWords(entry: LogEntry): string | undefined {
  const { level, message, fields } = entry;
  const { workload, reason, detail } = spokenFields(entry);
  switch (message) {
    case "hold":
      return `${workload} waits (${reason}): ${detail}`;
    case "ignore":
      return `${workload} is ${reason}: ${fields["spot"]} on spot, ${fields["onDemand"]} on on-demand`;
    case "evict":
      return `${workload} has ${detail}`;
    case "evicted":
      return `${workload}: evicted ${fields["pod"]} from ${fields["from"]}`;
    case "not evicted":
      return `${workload}: ${fields["pod"]} was not evicted: ${detail}`;
    case "would evict":
      return `${workload} has ${detail}; would evict ${victims(fields["victims"])}`;
    case "leadership acquired":
      return "has the Lease: it decides from now on";
    case "shutting down":
      return "the operator shuts down, and gives its Lease back";
  }
  return level === "warn" || level === "error" ? `${level}: ${message}` : undefined;
}

function victims(names: unknown): string {
  return Array.isArray(names) ? names.join(", ") : "";
}
