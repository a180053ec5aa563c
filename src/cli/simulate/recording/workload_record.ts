import { type Split, spotTarget } from "../../../domain/distribution.ts";
import type { PolicyResult } from "../../../domain/policy.ts";
import { type Buckets, eachBucket } from "./buckets.ts";
import { Recoveries } from "./recoveries.ts";

export type PodKind = "spot" | "on-demand" | "unknown" | "pending";

/** A pod that is there and stays. */
export interface CountedPod {
  readonly owner: string;
  readonly kind: PodKind;
  readonly isReady: boolean;
  /** What it costs an hour where it is, and what it would on-demand. */
  readonly costPerHour: number;
  readonly costOnDemandPerHour: number;
}

/** Values of the moment, summed over time by bucket. */
const OVER_TIME = ["replicas", "spotAsked", "spot", "onDemand", "pending", "belowFloor"] as const;
type OverTime = (typeof OVER_TIME)[number];

export interface Sums {
  offSplitMs: number;
  spotMs: number;
  spotAskedMs: number;
  placedMs: number;
  /** Of the replicas that were asked for while a policy held. */
  managedMs: number;
  fallbackMs: number;
  cost: number;
  costOnDemand: number;
}

const HOUR_MS = 3_600_000;
/** So long after its creation a workload is expected to run: nodes that are ordered first need minutes. */
const LONGEST_START_MS = 600_000;

interface OwnerCounts {
  spot: number;
  onDemand: number;
}

/** One workload over time: what was asked, what was there, and for how long it was not the same. */
export class WorkloadRecord {
  /** Milliseconds times the value; `belowFloor` counts 1 while it is so. */
  readonly overTime: Readonly<Record<OverTime, Float64Array>>;
  /** The fewest and the most in each bucket, as far as the workload had started; Infinity: it had not. */
  readonly fewestReady: Float64Array;
  readonly fewestReadyOnDemand: Float64Array;
  readonly highestFloor: Float64Array;
  readonly sums: Sums = {
    offSplitMs: 0,
    spotMs: 0,
    spotAskedMs: 0,
    placedMs: 0,
    managedMs: 0,
    fallbackMs: 0,
    cost: 0,
    costOnDemand: 0,
  };
  readonly heldMs = new Map<string, number>();
  readonly recoveries = new Recoveries();
  podsCreated = 0;
  podsReclaimed = 0;
  evictions = 0;
  replicas = 0;
  /** Whether its new pods go to on-demand, since spot has no capacity. */
  isFallback = false;
  readonly #buckets: Buckets;
  readonly #owners = new Map<string, OwnerCounts>();
  #policy: PolicyResult = { kind: "unmanaged", why: "not seen yet" };
  #wasManaged = false;
  #spot = 0;
  #onDemand = 0;
  #pending = 0;
  #ready = 0;
  #readyOnDemand = 0;
  #costPerHour = 0;
  #costOnDemandPerHour = 0;
  /** A workload that is only starting breaks no floor. */
  #isStarting = true;
  #startByMs: number;
  #held: string | undefined;
  #atMs: number;

  constructor({ buckets, nowMs }: { buckets: Buckets; nowMs: number }) {
    this.#buckets = buckets;
    this.#atMs = nowMs;
    this.#startByMs = nowMs + LONGEST_START_MS;
    const array = (value = 0) => new Float64Array(buckets.count).fill(value);
    this.overTime = {
      replicas: array(),
      spotAsked: array(),
      spot: array(),
      onDemand: array(),
      pending: array(),
      belowFloor: array(),
    };
    this.fewestReady = array(Infinity);
    this.fewestReadyOnDemand = array(Infinity);
    this.highestFloor = array();
  }

  get policy(): PolicyResult {
    return this.#policy;
  }

  set policy(policy: PolicyResult) {
    this.#policy = policy;
    if (policy.kind === "managed") this.#wasManaged = true;
  }

  /** At any time so far. */
  get wasManaged(): boolean {
    return this.#wasManaged;
  }

  get spot(): number {
    return this.#spot;
  }

  get onDemand(): number {
    return this.#onDemand;
  }

  get pending(): number {
    return this.#pending;
  }

  /** Of the replicas that are asked for. */
  get spotAsked(): number {
    return this.#policy.kind === "managed" ? spotTarget(this.replicas, this.#policy.policy) : 0;
  }

  get floor(): number {
    return this.#policy.kind === "managed" ? Math.min(this.#policy.policy.minOnDemand, this.replicas) : 0;
  }

  /** Lets time pass as things stand. Called before every change. */
  advance(nowMs: number): void {
    if (this.#isStarting && nowMs > this.#startByMs) {
      this.#pass(this.#startByMs);
      this.#isStarting = false;
    }
    this.#pass(nowMs);
  }

  /** Called after every change. */
  settle(nowMs: number): void {
    const isAllReady = this.#ready >= this.replicas;
    if (isAllReady) this.#isStarting = false;
    this.recoveries.check({ isAllReady, nowMs });
  }

  add(pod: CountedPod, sign: 1 | -1): void {
    const counts = this.#owners.get(pod.owner) ?? { spot: 0, onDemand: 0 };
    this.#owners.set(pod.owner, counts);
    if (pod.kind === "spot") this.#spot += sign, counts.spot += sign;
    if (pod.kind === "on-demand") this.#onDemand += sign, counts.onDemand += sign;
    if (pod.kind === "pending") this.#pending += sign;
    if (counts.spot + counts.onDemand === 0) this.#owners.delete(pod.owner);
    this.#costPerHour += sign * pod.costPerHour;
    this.#costOnDemandPerHour += sign * pod.costOnDemandPerHour;
    if (!pod.isReady) return;
    this.#ready += sign;
    if (pod.kind === "on-demand") this.#readyOnDemand += sign;
  }

  /** From now on a gate holds moves back; undefined: none. */
  hold(reason: string | undefined): void {
    this.#held = reason;
  }

  reclaimed(uid: string, nowMs: number): void {
    this.podsReclaimed++;
    this.recoveries.begin(uid, nowMs);
  }

  #pass(nowMs: number): void {
    if (nowMs <= this.#atMs) return;
    const values = this.#values();
    eachBucket(this.#buckets, {
      fromMs: this.#atMs,
      toMs: nowMs,
      add: (bucket, ms) => {
        for (const name of OVER_TIME) this.overTime[name][bucket]! += values[name] * ms;
        if (!this.#isStarting) this.#note(bucket);
      },
    });
    this.#sum(nowMs - this.#atMs, values);
    this.#atMs = nowMs;
  }

  #values(): Record<OverTime, number> {
    return {
      replicas: this.replicas,
      spotAsked: this.spotAsked,
      spot: this.#spot,
      onDemand: this.#onDemand,
      pending: this.#pending,
      belowFloor: !this.#isStarting && this.#readyOnDemand < this.floor ? 1 : 0,
    };
  }

  #note(bucket: number): void {
    this.fewestReady[bucket] = Math.min(this.fewestReady[bucket]!, this.#ready);
    this.fewestReadyOnDemand[bucket] = Math.min(this.fewestReadyOnDemand[bucket]!, this.#readyOnDemand);
    this.highestFloor[bucket] = Math.max(this.highestFloor[bucket]!, this.floor);
  }

  #sum(ms: number, { spotAsked, spot, onDemand }: Record<OverTime, number>): void {
    const { sums } = this;
    sums.cost += this.#costPerHour * ms / HOUR_MS;
    sums.costOnDemand += this.#costOnDemandPerHour * ms / HOUR_MS;
    if (this.#held !== undefined) this.heldMs.set(this.#held, (this.heldMs.get(this.#held) ?? 0) + ms);
    if (this.isFallback) sums.fallbackMs += ms;
    sums.spotMs += spot * ms;
    sums.placedMs += (spot + onDemand) * ms;
    if (this.#policy.kind !== "managed") return;
    sums.spotAskedMs += spotAsked * ms;
    sums.managedMs += this.replicas * ms;
    if (this.#isOffSplit(this.#policy.policy)) sums.offSplitMs += ms;
  }

  /** Of each ReplicaSet in a rollout, as many as its own size asks for. */
  #isOffSplit(split: Split): boolean {
    let asked = 0;
    for (const { spot, onDemand } of this.#owners.values()) asked += spotTarget(spot + onDemand, split);
    return this.#spot !== asked;
  }
}
