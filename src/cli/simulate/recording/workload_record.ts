import { type Split, spotTarget } from "../../../domain/distribution.ts";
import type { PolicyResult } from "../../../domain/policy.ts";
import { type Buckets, eachBucket } from "./buckets.ts";

export type PodKind = "spot" | "on-demand" | "unknown" | "pending";

/** A pod that is there and stays. */
export interface CountedPod {
  readonly owner: string;
  readonly kind: PodKind;
  readonly isReady: boolean;
  /** What it costs an hour, where it is and on-demand. */
  readonly costPerHour: number;
  readonly costOnDemandPerHour: number;
}

const MEANS = ["replicas", "spotAsked", "spot", "onDemand", "pending"] as const;
type Mean = (typeof MEANS)[number];

/** Pod-hours and the like: the values of the moment, summed over time. */
export interface Sums {
  belowFloorMs: number;
  offSplitMs: number;
  pendingMs: number;
  spotMs: number;
  spotAskedMs: number;
  placedMs: number;
  cost: number;
  costOnDemand: number;
}

const HOUR_MS = 3_600_000;

interface OwnerCounts {
  spot: number;
  onDemand: number;
}

/** One workload over time: what was asked, what was there, and for how long it was not the same. */
export class WorkloadRecord {
  readonly means: Readonly<Record<Mean, Float64Array>>;
  /** The fewest and the most in each bucket. */
  readonly fewestReady: Float64Array;
  readonly fewestReadyOnDemand: Float64Array;
  readonly highestFloor: Float64Array;
  readonly sums: Sums = {
    belowFloorMs: 0,
    offSplitMs: 0,
    pendingMs: 0,
    spotMs: 0,
    spotAskedMs: 0,
    placedMs: 0,
    cost: 0,
    costOnDemand: 0,
  };
  readonly heldMs = new Map<string, number>();
  readonly recoveriesMs: number[] = [];
  podsCreated = 0;
  podsReclaimed = 0;
  evictions = 0;
  policy: PolicyResult = { kind: "unmanaged", why: "not seen yet" };
  replicas = 0;
  readonly #buckets: Buckets;
  readonly #owners = new Map<string, OwnerCounts>();
  #spot = 0;
  #onDemand = 0;
  #pending = 0;
  #ready = 0;
  #readyOnDemand = 0;
  #costPerHour = 0;
  #costOnDemandPerHour = 0;
  /** Before it has been reached once, a floor is not broken: the workload is only starting. */
  #hasReachedFloor = false;
  #held: string | undefined;
  #atMs = 0;
  /** Pods that a reclaim takes, since when. */
  #recovering: { readonly sinceMs: number; readonly pods: Set<string> } | undefined;

  constructor(buckets: Buckets) {
    this.#buckets = buckets;
    const array = (value: number) => new Float64Array(buckets.count).fill(value);
    this.means = { replicas: array(0), spotAsked: array(0), spot: array(0), onDemand: array(0), pending: array(0) };
    this.fewestReady = array(Infinity);
    this.fewestReadyOnDemand = array(Infinity);
    this.highestFloor = array(0);
  }

  get isManaged(): boolean {
    return this.policy.kind === "managed";
  }

  get spot(): number {
    return this.#spot;
  }

  get onDemand(): number {
    return this.#onDemand;
  }

  get ready(): number {
    return this.#ready;
  }

  /** Of the replicas that are asked for. */
  get spotAsked(): number {
    return this.policy.kind === "managed" ? spotTarget(this.replicas, this.policy.policy) : 0;
  }

  get floor(): number {
    return this.policy.kind === "managed" ? Math.min(this.policy.policy.minOnDemand, this.replicas) : 0;
  }

  /** Lets time pass as things stand. Called before every change. */
  advance(nowMs: number): void {
    if (nowMs <= this.#atMs) return;
    const values = this.#values();
    eachBucket(this.#buckets, {
      fromMs: this.#atMs,
      toMs: nowMs,
      add: (bucket, ms) => {
        for (const name of MEANS) this.means[name][bucket]! += values[name] * ms;
        this.#note(bucket);
      },
    });
    this.#sum(nowMs - this.#atMs, values);
    this.#atMs = nowMs;
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
    if (this.#readyOnDemand >= this.floor) this.#hasReachedFloor = true;
  }

  /** From now on a gate holds moves back; undefined: none. */
  hold(reason: string | undefined): void {
    this.#held = reason;
  }

  /** A node that carries these pods is taken back. */
  reclaimed(pods: Iterable<string>, nowMs: number): void {
    this.#recovering ??= { sinceMs: nowMs, pods: new Set() };
    for (const uid of pods) this.#recovering.pods.add(uid);
  }

  /** A pod has gone. */
  gone(uid: string): void {
    this.#recovering?.pods.delete(uid);
  }

  /** Recovered is a workload whose reclaimed pods are gone, with as many ready as are asked for. */
  checkRecovery(nowMs: number): void {
    if (this.#recovering === undefined || this.#recovering.pods.size > 0 || this.#ready < this.replicas) return;
    this.recoveriesMs.push(nowMs - this.#recovering.sinceMs);
    this.#recovering = undefined;
  }

  #values() {
    return {
      replicas: this.replicas,
      spotAsked: this.spotAsked,
      spot: this.#spot,
      onDemand: this.#onDemand,
      pending: this.#pending,
    };
  }

  #note(bucket: number): void {
    this.fewestReady[bucket] = Math.min(this.fewestReady[bucket]!, this.#ready);
    this.fewestReadyOnDemand[bucket] = Math.min(this.fewestReadyOnDemand[bucket]!, this.#readyOnDemand);
    this.highestFloor[bucket] = Math.max(this.highestFloor[bucket]!, this.floor);
  }

  #sum(ms: number, { spotAsked, spot, onDemand, pending }: Record<Mean, number>): void {
    const { sums } = this;
    sums.pendingMs += pending * ms;
    sums.spotMs += spot * ms;
    sums.spotAskedMs += spotAsked * ms;
    sums.placedMs += (spot + onDemand) * ms;
    sums.cost += this.#costPerHour * ms / HOUR_MS;
    sums.costOnDemand += this.#costOnDemandPerHour * ms / HOUR_MS;
    if (this.#hasReachedFloor && this.#readyOnDemand < this.floor) sums.belowFloorMs += ms;
    if (this.policy.kind === "managed" && this.#isOffSplit(this.policy.policy)) sums.offSplitMs += ms;
    if (this.#held !== undefined) this.heldMs.set(this.#held, (this.heldMs.get(this.#held) ?? 0) + ms);
  }

  /** Each ReplicaSet of a rollout is to hold the split by itself. */
  #isOffSplit(split: Split): boolean {
    let asked = 0;
    for (const { spot, onDemand } of this.#owners.values()) asked += spotTarget(spot + onDemand, split);
    return this.#spot !== asked;
  }
}
