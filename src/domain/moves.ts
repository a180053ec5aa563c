import { type Capacity, isCapacity, otherCapacity } from "./capacity.ts";
import { isLive } from "./census.ts";
import type { PodView } from "./snapshot.ts";

/** What the gates need to know of a workload's moves so far. Times are monotonic milliseconds. */
export interface MoveState {
  readonly lastMoveMs: number | undefined;
  /** UIDs of pods that were evicted and are still in the cache. */
  readonly evicted: ReadonlySet<string>;
  /** The last replacements did not get where they should: no more moves until then. */
  readonly ineffective: { readonly untilMs: number; readonly why: string } | undefined;
  /** The API server refused an eviction: no new try until then. */
  readonly refused: Refusal | undefined;
}

export interface Refusal {
  readonly gate: "budget" | "forbidden";
  readonly detail: string;
  readonly untilMs: number;
}

interface Batch {
  readonly from: Capacity;
  readonly victims: Set<string>;
  /** The pods that were there when it began: all others came after it. */
  readonly before: ReadonlySet<string>;
}

const INEFFECTIVE_FIRST_MS = 60_000;
const INEFFECTIVE_LONGEST_MS = 3_600_000;
/** A replacement has to stay for so long where it should be. */
const PROVEN_MS = INEFFECTIVE_LONGEST_MS;
/** So long without a move in vain, and the next one is the first again: more than the longest hold and a proof. */
const FORGIVEN_MS = INEFFECTIVE_LONGEST_MS + 2 * PROVEN_MS;
const BLOCKED_FIRST_MS = 5_000;
const BLOCKED_LONGEST_MS = 60_000;

/** A workload without a history: what a command that only looks has to assume. */
export const NO_MOVES: MoveState = {
  lastMoveMs: undefined,
  evicted: new Set(),
  ineffective: undefined,
  refused: undefined,
};

/** What this leader has done to one workload, and what came of it. */
export class MoveHistory implements MoveState {
  lastMoveMs: number | undefined;
  readonly evicted: Set<string> = new Set();
  ineffective: MoveState["ineffective"];
  refused: Refusal | undefined;
  #batch: Batch | undefined;
  /** Replacements that came to the right kind, and may not have stayed there. */
  readonly #arrived = new Map<string, { readonly on: Capacity; readonly atMs: number }>();
  #strikes = 0;
  #struckMs = -Infinity;
  #hasWorked = false;
  #blocks = 0;
  #goodBatches = 0;

  /** How many batches of moves brought their pods where they should be. */
  get goodBatches(): number {
    return this.#goodBatches;
  }

  /** A pod was evicted; `pods` are those of the workload at that moment. */
  recordEviction(victim: PodView, { pods, nowMs }: { pods: readonly PodView[]; nowMs: number }): void {
    this.lastMoveMs = nowMs;
    this.evicted.add(victim.uid);
    this.refused = undefined;
    this.#blocks = 0;
    if (victim.where !== "spot" && victim.where !== "on-demand") return;
    const before = this.#batch?.before ?? new Set(pods.map((pod) => pod.uid));
    const victims = new Set([...this.#batch?.victims ?? [], victim.uid]);
    this.#batch = { from: victim.where, victims, before };
  }

  /** A pod may have been evicted by us: there was no answer, or a second one to what had been done before. */
  recordDoubt(nowMs: number): void {
    this.lastMoveMs = nowMs;
  }

  /** A budget allows none: try again in 5 s, then ever later. */
  recordBlocked(detail: string, nowMs: number): void {
    const waitMs = Math.min(BLOCKED_FIRST_MS * 2 ** this.#blocks++, BLOCKED_LONGEST_MS);
    this.refused = { gate: "budget", detail, untilMs: nowMs + waitMs };
  }

  recordRefusal(refusal: Refusal): void {
    this.refused = refusal;
  }

  /** A budget has changed: what it said before no longer counts. */
  forgetBlock(): void {
    if (this.refused?.gate === "budget") this.refused = undefined;
    this.#blocks = 0;
  }

  /**
   * Looks at what came of the last moves, and answers why they were in vain, once for each batch of
   * moves, or undefined. A batch that was good is in vain all the same where its replacements do not stay.
   */
  observe(
    pods: readonly PodView[],
    { replicas, nowMs }: { replicas: number; nowMs: number },
  ): string | undefined {
    const present = new Set(pods.map((pod) => pod.uid));
    for (const uid of this.evicted) if (!present.has(uid)) this.evicted.delete(uid);
    const undone = this.#whyUndone(pods, nowMs);
    if (undone !== undefined) return this.#strike(undone, nowMs);
    const batch = this.#batch;
    if (batch === undefined || [...batch.victims].some((uid) => present.has(uid))) return undefined;
    const arrived = pods.filter((pod) => isLive(pod) && !batch.before.has(pod.uid));
    if (arrived.length === 0) {
      // A scale-down has taken the replacement's place: what comes later is not it.
      if (pods.filter(isLive).length >= replicas) this.#batch = undefined;
      return undefined;
    }
    // Where a pod without a node waits for the kind that it was to leave, there is nothing to wait for.
    if (arrived.some((pod) => pod.isPlaced && !pod.isBound && pod.where !== batch.from)) return undefined;
    this.#batch = undefined;
    const why = whyInVain(arrived, batch.from);
    if (why !== undefined) return this.#strike(why, nowMs);
    this.ineffective = undefined;
    this.#hasWorked = true;
    this.#goodBatches++;
    for (const { uid, where } of arrived) {
      if (isCapacity(where)) this.#arrived.set(uid, { on: where, atMs: nowMs });
    }
    return undefined;
  }

  /** A single good move between two in vain may be luck: it lifts the hold, but the next one is as long. */
  #strike(why: string, nowMs: number): string {
    if (this.#hasWorked && nowMs - this.#struckMs >= FORGIVEN_MS) this.#strikes = 0;
    const waitMs = Math.min(INEFFECTIVE_FIRST_MS * 2 ** this.#strikes++, INEFFECTIVE_LONGEST_MS);
    this.ineffective = { untilMs: nowMs + waitMs, why };
    this.#struckMs = nowMs;
    this.#hasWorked = false;
    return why;
  }

  #whyUndone(pods: readonly PodView[], nowMs: number): string | undefined {
    if (this.#arrived.size === 0) return undefined;
    const byUid = new Map(pods.filter(isLive).map((pod) => [pod.uid, pod]));
    for (const [uid, { on, atMs }] of this.#arrived) {
      const where = byUid.get(uid)?.where;
      if (where === undefined || nowMs - atMs >= PROVEN_MS) this.#arrived.delete(uid);
      else if (where !== on) {
        this.#arrived.clear();
        return `a pod that was moved to ${on} is on ${named(where)} now: has the label of its node changed?`;
      }
    }
    return undefined;
  }
}

function whyInVain(arrived: readonly PodView[], from: Capacity): string | undefined {
  const to = otherCapacity(from);
  const placed = arrived.filter((pod) => pod.isPlaced);
  // A fallback that has opened meanwhile is our own doing.
  if (placed.some((pod) => pod.where === to || pod.fallback !== undefined)) return undefined;
  if (placed.length === 0) {
    return `the replacement of an evicted pod did not get our placement: is the webhook registered and ` +
      `reached, its namespace selected, and is there no other webhook that takes the placement out again?`;
  }
  const where = placed[0]!.where === from ? `${from} again` : named(placed[0]!.where);
  return `the replacement of a pod evicted from ${from} is on ${where}: ` +
    `does another webhook change its node selection, or something the labels of nodes?`;
}

function named(where: PodView["where"]): string {
  return isCapacity(where) ? where : `a node of ${where} capacity`;
}
