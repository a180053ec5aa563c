import { formatDuration } from "../domain/duration.ts";
import type { Pause, Standing } from "../domain/snapshot.ts";
import type { CommonCause } from "../domain/common_cause.ts";
import type { EvictionCap } from "../domain/eviction_cap.ts";
import type { LeaderElector } from "../kube/lease.ts";
import type { Clock } from "../runtime/clock.ts";
import { type ClusterCache, STALE_MS } from "./cluster_cache.ts";
import type { Evictor } from "./evictor.ts";
import type { Storms } from "./storms.ts";

export interface StandingsDeps {
  /** Undefined where leader election is turned off: this process is then the only one. */
  readonly elector: LeaderElector | undefined;
  readonly cache: ClusterCache;
  readonly evictor: Evictor;
  readonly cap: EvictionCap;
  readonly commonCause: CommonCause;
  readonly storms: Pick<Storms, "hold">;
  readonly clock: Clock;
}

/** Whether this process may act: on its leadership, its caches, and the API server's patience. */
export class Standings {
  readonly #deps: StandingsDeps;
  readonly #handoverMs: number;

  constructor(deps: StandingsDeps, { handoverMs }: { handoverMs: number }) {
    this.#deps = deps;
    this.#handoverMs = handoverMs;
  }

  /** Whether to look at workloads at all. */
  mayReconcile(): boolean {
    const { elector, cache } = this.#deps;
    return cache.hasSynced && (elector === undefined || elector.isLeader);
  }

  /** Asked for a workload, by its key: before each decision and again right before each eviction. */
  standing(key: string): Standing {
    const nowMs = this.#deps.clock.now();
    return {
      ineffective: this.#deps.commonCause.hold(key, nowMs),
      storm: this.#deps.storms.hold(nowMs),
      capped: this.#capped(key, nowMs),
      lease: this.#lease(nowMs),
      throttled: this.#deps.evictor.throttled(nowMs),
      stale: this.staleness(nowMs) ?? this.#brokenness(),
    };
  }

  /** Why the caches may not be trusted, or undefined. */
  staleness(nowMs: number): string | undefined {
    const { cache } = this.#deps;
    if (!cache.hasSynced) return "the caches are not synced yet";
    const { resource, ageMs } = cache.oldest(nowMs);
    return ageMs <= STALE_MS
      ? undefined
      : `no word of ${resource} from the API server for ${formatDuration(ageMs)}`;
  }

  /** While a watch is broken its cache may be behind, by however little: no time to evict. */
  #brokenness(): string | undefined {
    const broken = this.#deps.cache.broken();
    return broken.length === 0 ? undefined : `the watch of ${broken.join(", ")} is broken`;
  }

  #capped(key: string, nowMs: number): Pause | undefined {
    const { cap } = this.#deps;
    const untilMs = cap.waitsUntil(key, nowMs);
    if (untilMs === undefined) return undefined;
    const before = cap.before(key);
    const others = before === 0 ? "" : `, and ${before === 1 ? "1 workload comes" : `${before} come`} first`;
    const most = `${cap.perMinute} evictions a minute are the most (disruption.maxEvictionsPerMinute)`;
    return { detail: most + others, untilMs };
  }

  #lease(nowMs: number): string | undefined {
    const { elector } = this.#deps;
    if (elector === undefined) return undefined;
    if (!elector.isLeader) return "this process is not the leader";
    if (!elector.isValid(nowMs)) return "the Lease was not renewed in time: leadership may have lapsed";
    return nowMs < elector.acquiredMs + this.#handoverMs ? "leadership was won only now" : undefined;
  }
}
