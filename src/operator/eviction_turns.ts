import type { CommonCause } from "../domain/common_cause.ts";
import type { Decision } from "../domain/decide.ts";
import type { EvictionCap } from "../domain/eviction_cap.ts";
import type { PodView } from "../domain/snapshot.ts";
import type { Clock } from "../runtime/clock.ts";
import type { WorkQueue } from "../runtime/work_queue.ts";
import type { EvictionOutcome, Evictor } from "./evictor.ts";
import type { WorkloadKey } from "./workload_key.ts";

export interface TurnsDeps {
  readonly cap: EvictionCap;
  readonly commonCause: CommonCause;
  readonly evictor: Evictor;
  readonly queue: WorkQueue;
  readonly clock: Clock;
}

/** Spends the cluster's evictions of a minute: in the order in which workloads came to ask for them. */
export class EvictionTurns {
  readonly #deps: TurnsDeps;

  constructor(deps: TurnsDeps) {
    this.#deps = deps;
  }

  /** Who is held by the cap stands in line for it; who is held by anything else makes room. */
  lineUp(key: WorkloadKey, { action, reason }: Decision): void {
    if (action === "hold" && reason === "capped") this.#deps.cap.join(key);
    else if (action !== "evict") this.leave(key);
  }

  leave(key: WorkloadKey): void {
    this.#deps.cap.leave(key);
    this.#callNext();
  }

  /** What came of a workload's last moves: good, or why they were in vain. */
  judged(key: WorkloadKey, outcome: { readonly isGood: boolean; readonly why: string | undefined }): void {
    const { clock, commonCause } = this.#deps;
    if (outcome.why !== undefined) commonCause.inVain(key, { why: outcome.why, nowMs: clock.now() });
    else if (outcome.isGood) commonCause.good();
  }

  forget(key: WorkloadKey): void {
    this.leave(key);
    this.#deps.commonCause.forget(key);
  }

  /** A pod that is bound nowhere yet does not run: its eviction disrupts nothing, and takes no token. */
  async evict(
    key: WorkloadKey,
    { victim, namespace }: { victim: PodView; namespace: string },
  ): Promise<EvictionOutcome> {
    const { cap, clock, commonCause, evictor } = this.#deps;
    const token = victim.isBound ? cap.take(key, clock.now()) : undefined;
    if (victim.isBound) commonCause.tries(key, clock.now());
    const { name, uid } = victim;
    // One that has got a node meanwhile is not the one that was chosen.
    const resourceVersion = victim.isBound ? undefined : victim.resourceVersion;
    const outcome = await evictor.evict({ namespace, name, uid, resourceVersion });
    // Of one that failed nobody knows whether it was carried out.
    const mayHaveMoved = outcome.outcome === "evicted" || outcome.outcome === "failed";
    if (token !== undefined && mayHaveMoved) cap.spend(token, clock.now());
    else if (token !== undefined) cap.giveBack(token);
    this.#callNext();
    return outcome;
  }

  /** A token that is free before its time is for the first in line. */
  #callNext(): void {
    const { cap, clock, queue } = this.#deps;
    const next = cap.next(clock.now());
    if (next !== undefined) queue.add(next);
  }
}
