import type { Clock } from "../../runtime/clock.ts";
import type { ByteStream } from "../relay.ts";
import { exchange, type PeerRequest, type PeerResponse } from "./exchange.ts";
import type { PeerAddress } from "./leader_address.ts";

/** Whom to talk to, and how to know it. */
export interface PeerTarget {
  readonly address: PeerAddress;
  /** The name that its certificate has to carry, and the CA that has to have issued it, in PEM. */
  readonly serverName: string;
  readonly ca: string;
}

/** A connection over TLS on which the target has proved itself. */
export type ConnectPeer = (target: PeerTarget) => Promise<ByteStream>;

/** Enough for what is under way, a few milliseconds each; the leader has room for as many of several replicas. */
const MOST_CONNECTIONS = 32;
/** Longer, and something on the way may have forgotten the connection. */
const LONGEST_IDLE_MS = 60_000;

interface Idle {
  readonly stream: ByteStream;
  readonly sinceMs: number;
}

/** Requests to one target at a time, over connections that are kept. */
export class PeerClient {
  readonly #clock: Clock;
  readonly #connect: ConnectPeer;
  #target: PeerTarget | undefined;
  /** The one that was used last is at the end. */
  #idle: Idle[] = [];
  /** Requests that have a connection, or are making one; the others wait in turn. */
  #underWay = 0;
  #waiting: (() => void)[] = [];

  constructor({ clock, connect }: { clock: Clock; connect: ConnectPeer }) {
    this.#clock = clock;
    this.#connect = connect;
  }

  /** Whom the next requests are for; connections to another are closed. */
  aim(target: PeerTarget | undefined): void {
    this.#target = target;
    this.#drop(Infinity);
  }

  /**
   * Rejects when there is no answer, at the latest when `signal` is aborted. Where a kept connection breaks,
   * the request is sent once more: the target has to take it twice for once.
   */
  async post(request: Omit<PeerRequest, "host">, signal: AbortSignal): Promise<PeerResponse> {
    await this.#begin(signal);
    try {
      return await this.#post(request, signal);
    } finally {
      this.#end();
    }
  }

  async #begin(signal: AbortSignal): Promise<void> {
    if (this.#underWay < MOST_CONNECTIONS) {
      this.#underWay++;
      return;
    }
    let go: (() => void) | undefined;
    const turn = new Promise<void>((resolve) => this.#waiting.push(go = resolve));
    try {
      await beforeAbort(turn, signal);
    } catch (error) {
      // Its turn may have come with the abort: then that is the next one's.
      if (this.#waiting.includes(go!)) this.#waiting = this.#waiting.filter((each) => each !== go);
      else this.#end();
      throw error;
    }
  }

  #end(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#underWay--;
    else next();
  }

  async #post(request: Omit<PeerRequest, "host">, signal: AbortSignal): Promise<PeerResponse> {
    const target = this.#target;
    if (target === undefined) throw new Error("there is nobody to ask");
    this.#drop(this.#clock.now() - LONGEST_IDLE_MS);
    const kept = this.#idle.pop();
    const own = { ...request, host: target.serverName };
    if (kept !== undefined) {
      try {
        return await this.#exchange(kept.stream, { request: own, target, signal });
      } catch (error) {
        if (signal.aborted) throw error;
      }
    }
    return await this.#exchange(await this.#connected(target, signal), { request: own, target, signal });
  }

  async #connected(target: PeerTarget, signal: AbortSignal): Promise<ByteStream> {
    const connecting = this.#connect(target);
    try {
      return await beforeAbort(connecting, signal);
    } catch (error) {
      // One that comes too late is not wanted.
      connecting.then((stream) => stream.close(), () => undefined);
      throw error;
    }
  }

  async #exchange(
    stream: ByteStream,
    { request, target, signal }: { request: PeerRequest; target: PeerTarget; signal: AbortSignal },
  ): Promise<PeerResponse> {
    let isKept = false;
    try {
      const response = await beforeAbort(exchange(stream, request), signal);
      isKept = response.isKept && target === this.#target;
      return response;
    } finally {
      if (isKept) this.#idle.push({ stream, sinceMs: this.#clock.now() });
      else stream.close();
    }
  }

  /** Closes those that have been idle since before then. */
  #drop(beforeMs: number): void {
    const isOld = ({ sinceMs }: Idle) => sinceMs < beforeMs;
    for (const { stream } of this.#idle.filter(isOld)) stream.close();
    this.#idle = this.#idle.filter((each) => !isOld(each));
  }
}

async function beforeAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // What is left over fails on its own, when its connection is closed, and nobody waits for it.
  work.catch(() => undefined);
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort!);
  }
}
