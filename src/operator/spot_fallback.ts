import {
  type FallbackMark,
  type FallbackMember,
  type FallbackSettings,
  type FallbackView,
  SpotBreakers,
} from "../domain/fallback.ts";
import { spotEvidence } from "../domain/spot_evidence.ts";
import type { PodView } from "../domain/snapshot.ts";
import type { Clock } from "../runtime/clock.ts";
import type { CachedWorkload } from "./cached.ts";
import type { WorkloadView } from "./workload_view.ts";

export interface SpotFallbackDeps {
  readonly view: WorkloadView;
  readonly clock: Pick<Clock, "wall">;
  /** Whether this process decides about workloads: only then what it remembers of them is the whole truth. */
  readonly isLeading: () => boolean;
  /** What another workload's pods have shown concerns this one, too. */
  readonly onClosed: (workloadUid: string) => void;
}

/** The spot breakers over the caches: reconciliation keeps them current, and admission asks them. */
export class SpotFallback {
  readonly #deps: SpotFallbackDeps;
  readonly #settings: FallbackSettings;
  readonly #breakers: SpotBreakers;

  constructor(deps: SpotFallbackDeps, settings: FallbackSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#breakers = new SpotBreakers(settings);
  }

  /** Takes in what the workload's pods tell of spot, and answers what follows for it. */
  look(workload: CachedWorkload, pods: readonly PodView[]): FallbackView {
    const member = this.#memberOf(workload);
    const evidence = spotEvidence(pods);
    const nowMs = this.#deps.clock.wall();
    for (const uid of this.#breakers.observe(member, evidence, nowMs)) this.#deps.onClosed(uid);
    return this.#breakers.view(member, evidence, nowMs);
  }

  /** What a new pod of the workload gets; undefined: it is placed as usual. */
  markOf(workload: CachedWorkload): FallbackMark | undefined {
    const { clock, isLeading, view } = this.#deps;
    // Who does not lead, or has only begun to, reads from the pods what the leader knows.
    const breakers = isLeading() ? this.#breakers : new SpotBreakers(this.#settings);
    if (!breakers.knows(workload.uid)) {
      const evidence = spotEvidence(view.podsOf(workload));
      breakers.observe(this.#memberOf(workload), evidence, clock.wall());
    }
    return breakers.markOf(workload.uid, clock.wall());
  }

  /** A new pod was sent to spot while the fallback is open, or one is evicted so that the next is. */
  probe(workloadUid: string, { isGiven }: { isGiven: boolean }): void {
    this.#breakers.probe(workloadUid, { isGiven, nowMs: this.#deps.clock.wall() });
  }

  /** None was evicted after all. */
  endProbe(workloadUid: string): void {
    this.#breakers.endProbe(workloadUid);
  }

  forget(workloadUid: string): void {
    this.#breakers.forget(workloadUid);
  }

  forgetAll(): void {
    this.#breakers.forgetAll();
  }

  #memberOf(workload: CachedWorkload): FallbackMember {
    const result = this.#deps.view.policyOf(workload);
    const policy = result.kind === "managed" ? result.policy : undefined;
    const asked = policy?.spotFallback ?? this.#settings.afterMs;
    // Where nothing belongs on spot there is nothing to fall back from.
    const isNever = policy === undefined || policy.spotPercentage === 0 || asked === "off";
    const afterMs = isNever ? undefined : asked;
    return { uid: workload.uid, group: workload.constraints, afterMs };
  }
}
