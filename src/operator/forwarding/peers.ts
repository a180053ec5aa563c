import { type KeyPair, peerTrust } from "../certificate.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import { type AskedReview, type Election, type ForwardedAnswer, Forwarder } from "./forwarder.ts";
import type { ForwardingMetrics } from "./forwarding_metrics.ts";
import { addressText, type PeerAddress } from "./leader_address.ts";
import { type ConnectPeer, PeerClient } from "./peer_client.ts";
import { PeerKeys } from "./peer_keys.ts";
import type { PeerResult } from "./results.ts";
import { parseSignature, SIGNATURE_HEADER } from "./signature_header.ts";

export interface PeersDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly election: Election & { isValid(nowMs: number): boolean };
  readonly connect: ConnectPeer;
  readonly metrics: ForwardingMetrics;
}

export interface PeersOptions {
  readonly identity: string;
  /** Of this replica's webhook; undefined: the others cannot reach it, and it keeps to itself. */
  readonly address: PeerAddress | undefined;
  readonly deadlineMs: number;
}

const NO_ADDRESS = "POD_IP is not set, or webhook.port is 0";

/** The other replicas: reviews go to the one that leads, and come from those that do not. */
export class Peers {
  readonly #deps: PeersDeps;
  readonly #options: PeersOptions;
  readonly #keys: PeerKeys;
  readonly #forwarder: Forwarder;
  #problem: string | undefined;

  constructor(deps: PeersDeps, options: PeersOptions) {
    const { clock, log, election, connect, metrics } = deps;
    this.#deps = deps;
    this.#options = options;
    this.#keys = new PeerKeys(clock);
    this.#forwarder = new Forwarder({
      clock,
      log,
      election,
      keys: this.#keys,
      client: new PeerClient({ clock, connect }),
      onResult: (result) => metrics.forwarded(result),
      onCircuit: (isOpen) => metrics.circuit(isOpen),
    }, options);
  }

  /** How long a replica waits for the leader at most: all have the same configuration. */
  get longestWaitMs(): number {
    return this.#forwarder.longestWaitMs;
  }

  /** The pair that is served from now on. Before the first one nothing is passed on or taken. */
  use(pair: KeyPair): void {
    this.#keys.renew(pair.key);
    const trust = this.#options.address === undefined ? NO_ADDRESS : peerTrust(pair);
    this.#forwarder.trust(typeof trust === "string" ? undefined : trust);
    const problem = typeof trust === "string" ? trust : undefined;
    if (problem !== undefined && problem !== this.#problem) {
      this.#deps.log.info("each replica decides admission by itself", { why: problem });
    }
    this.#problem = problem;
  }

  /** The leader's answer; undefined: this replica is to decide. */
  async ask(review: AskedReview): Promise<ForwardedAnswer | undefined> {
    return await this.#forwarder.ask(review);
  }

  /** Whether a request can be a peer's: without a look at its body. */
  mayBePeer(headers: Headers): boolean {
    const signature = parseSignature(headers.get(SIGNATURE_HEADER));
    return signature !== undefined && this.#keys.isFresh(signature.sentMs);
  }

  isPeer(headers: Headers, body: Uint8Array): boolean {
    const signature = parseSignature(headers.get(SIGNATURE_HEADER));
    const { address } = this.#options;
    if (signature === undefined || address === undefined) return false;
    return this.#keys.isValid(signature, { to: addressText(address), body });
  }

  /** Whether no other replica can be the one that decides. */
  leads(): boolean {
    return this.#deps.election.isValid(this.#deps.clock.now());
  }

  received(result: PeerResult): void {
    this.#deps.metrics.received(result);
  }
}
