import { Counter, Gauge, type Registry } from "prom-client";
import { FORWARD_RESULTS, type ForwardResult, PEER_RESULTS, type PeerResult } from "./results.ts";

/** The families about reviews that one replica passes on to another. */
export class ForwardingMetrics {
  readonly #forwarded: Counter<"result">;
  readonly #received: Counter<"result">;
  readonly #isOpen: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#forwarded = new Counter({
      name: "spotalis_webhook_forwarded_total",
      help: "Reviews that were to go to the leader, by what became of it.",
      labelNames: ["result"],
      registers,
    });
    this.#received = new Counter({
      name: "spotalis_webhook_peer_requests_total",
      help: "Requests to the path for other replicas, by result.",
      labelNames: ["result"],
      registers,
    });
    this.#isOpen = new Gauge({
      name: "spotalis_webhook_forwarding_circuit_open",
      help: "1 while the leader is not asked, since it does not answer.",
      registers,
    });
    for (const result of FORWARD_RESULTS) this.#forwarded.inc({ result }, 0);
    for (const result of PEER_RESULTS) this.#received.inc({ result }, 0);
  }

  forwarded(result: ForwardResult): void {
    this.#forwarded.inc({ result });
  }

  received(result: PeerResult): void {
    this.#received.inc({ result });
  }

  circuit(isOpen: boolean): void {
    this.#isOpen.set(isOpen ? 1 : 0);
  }
}
