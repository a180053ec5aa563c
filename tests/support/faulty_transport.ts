import type { Transport } from "../../src/kube/transport.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { FaultTable } from "./fault_table.ts";
import { faultyAnswer } from "./faulty_answer.ts";

export interface FaultyTransportOptions {
  readonly table: FaultTable;
  readonly clock: Clock;
  /** Whose it is: rules can be about one of several. */
  readonly client: string;
}

/** A transport with the table's faults in the way. */
export function faultyTransport(inner: Transport, { table, clock, client }: FaultyTransportOptions): Transport {
  return {
    async fetch(url, init) {
      const { pathname, searchParams } = new URL(url);
      const headers = new Headers(init.headers);
      const request = {
        client,
        method: init.method ?? "GET",
        path: pathname,
        query: searchParams,
        authorization: headers.get("authorization") ?? undefined,
      };
      const signal = init.signal ?? new AbortController().signal;
      // What the server has begun goes on when the client gives up, as on a network.
      const isWatch = searchParams.get("watch") === "true";
      const send = () => inner.fetch(url, isWatch ? init : { ...init, signal: null });
      return await Promise.race([faultyAnswer(request, { table, clock, send, signal }), rejection(signal)]);
    },
    reset: () => inner.reset(),
    close: () => inner.close(),
  };
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
