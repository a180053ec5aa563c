/** Why a server ended a connection. */
export const CUT_REASONS = ["no_request", "idle", "too_many"] as const;
export type CutReason = (typeof CUT_REASONS)[number];

export interface ConnectionLimits {
  readonly most: number;
  /** From the beginning to the first request whose head is whole. */
  readonly firstRequestMs: number;
  /** Without a byte either way. */
  readonly idleMs: number;
}

/** One connection, as far as it can be seen from outside of its TLS. */
export class TrackedConnection {
  readonly openedMs: number;
  /** Of the last byte. */
  activeMs: number;
  /** Of the last request; undefined: there was none. */
  askedMs: number | undefined;
  /** Nothing more is taken from it: its last answer is on the way. */
  isRefused = false;
  readonly end: () => void;

  constructor(nowMs: number, end: () => void) {
    this.openedMs = this.activeMs = nowMs;
    this.end = end;
  }
}

/**
 * The connections of a server, and which of them only take up room. One that was used is ended after a long
 * silence only, or when there are too many and every other one was used since: an API server may keep its
 * own for days.
 */
export class ConnectionTable {
  readonly #limits: ConnectionLimits;
  readonly #connections = new Set<TrackedConnection>();

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#connections.size;
  }

  add(connection: TrackedConnection): void {
    this.#connections.add(connection);
  }

  delete(connection: TrackedConnection): void {
    this.#connections.delete(connection);
  }

  /** The one that has to go before there is room for another, or undefined. */
  surplus(): TrackedConnection | undefined {
    if (this.#connections.size < this.#limits.most) return undefined;
    let first: TrackedConnection | undefined;
    for (const each of this.#connections) if (first === undefined || isBefore(each, first)) first = each;
    return first;
  }

  /** Those whose time is up, with why. */
  overdue(nowMs: number): ReadonlyMap<TrackedConnection, CutReason> {
    const overdue = new Map<TrackedConnection, CutReason>();
    for (const connection of this.#connections) {
      const reason = this.#whyOver(connection, nowMs);
      if (reason !== undefined) overdue.set(connection, reason);
    }
    return overdue;
  }

  #whyOver({ openedMs, activeMs, askedMs }: TrackedConnection, nowMs: number): CutReason | undefined {
    if (askedMs === undefined && nowMs - openedMs >= this.#limits.firstRequestMs) return "no_request";
    return nowMs - activeMs >= this.#limits.idleMs ? "idle" : undefined;
  }

  [Symbol.iterator](): Iterator<TrackedConnection> {
    return this.#connections.values();
  }
}

/** Those that never asked come first, then those that have not asked for the longest time. */
function isBefore(a: TrackedConnection, b: TrackedConnection): boolean {
  if (a.askedMs === undefined || b.askedMs === undefined) {
    return a.askedMs === b.askedMs ? a.openedMs < b.openedMs : a.askedMs === undefined;
  }
  return a.askedMs < b.askedMs;
}
