import type { Registry } from "prom-client";
import { CUT_REASONS, type CutReason } from "./connection_table.ts";
import { declarer } from "./metric_families.ts";

/** What is shown of the connections to the webhook. */
export class ConnectionMetrics {
  readonly #families: ReturnType<typeof declareFamilies>;

  constructor(registry: Registry) {
    this.#families = declareFamilies(registry);
    for (const reason of CUT_REASONS) this.#families.cut.inc({ reason }, 0);
  }

  open(count: number): void {
    this.#families.open.set(count);
  }

  cut(reason: CutReason): void {
    this.#families.cut.inc({ reason });
  }
}

function declareFamilies(registry: Registry) {
  const { gauge, counter } = declarer(registry);
  return {
    open: gauge("webhook_connections", "Connections to the webhook.", []),
    cut: counter("webhook_connections_cut_total", "Connections that the webhook ended, by why.", ["reason"]),
  };
}
