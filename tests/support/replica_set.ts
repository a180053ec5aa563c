import type { Capacity } from "../../src/domain/capacity.ts";
import { takeCensus } from "../../src/domain/census.ts";
import { type Split, spotTarget } from "../../src/domain/distribution.ts";
import type { FallbackMark } from "../../src/domain/fallback.ts";
import { type HeldSlot, place } from "../../src/domain/placement.ts";
import type { PodView } from "../../src/domain/snapshot.ts";
import { chooseVictims } from "../../src/domain/victims.ts";
import { podView } from "./builders.ts";
import type { Random } from "./random.ts";

interface ModelPod {
  readonly serial: number;
  readonly slot: number;
  readonly capacity: Capacity;
}

/** A ReplicaSet as its controller runs it, with every new pod placed by `place()`. */
export class ReplicaSetModel {
  pods: ModelPod[] = [];
  replicas = 0;
  split: Split;
  /** What admission is told while spot has no capacity. */
  fallback: FallbackMark | undefined;
  #created = 0;

  constructor(split: Split) {
    this.split = split;
  }

  get spot(): number {
    return this.pods.filter((pod) => pod.capacity === "spot").length;
  }

  get drift(): number {
    return this.spot - spotTarget(this.pods.length, this.split);
  }

  /** Scale-down removes the pods of the lowest deletion cost; scale-up creates what is missing. */
  scale(replicas: number): void {
    this.replicas = replicas;
    const surplus = this.pods.length - replicas;
    if (surplus > 0) this.pods = this.pods.toSorted((a, b) => a.slot - b.slot).slice(0, replicas);
    this.fill();
  }

  /** Pods are lost, and replaced. */
  lose(lost: ReadonlySet<number>): void {
    this.pods = this.pods.filter((pod) => !lost.has(pod.serial));
    this.fill();
  }

  /** Creates what is missing; `known`: the replicas that the cache shows, where it is behind. */
  fill(known: number = this.replicas): void {
    while (this.pods.length < this.replicas) this.#create(known);
  }

  /** Moves up to `limit` pods as reconciliation does, and answers how many. */
  move(random: Random, limit: number): number {
    const views = random.shuffled(this.pods).map(viewOf);
    const { victims } = chooseVictims({
      pods: views,
      census: takeCensus(views),
      split: this.split,
      from: this.drift > 0 ? "spot" : "on-demand",
      limit: Math.min(limit, Math.abs(this.drift)),
      budgets: [],
    });
    this.lose(new Set(victims.map((pod) => Number(pod.uid))));
    return victims.length;
  }

  #create(replicas: number): void {
    const held: HeldSlot[] = this.pods.map(({ slot, capacity }) => ({ slot, capacity }));
    const { slot, capacity } = place({
      split: this.split,
      replicas,
      held,
      ordinal: undefined,
      fallback: this.fallback,
    });
    this.pods.push({ serial: this.#created++, slot, capacity });
  }
}

function viewOf({ serial, slot, capacity }: ModelPod): PodView {
  return podView({ uid: String(serial), name: `web-${serial}`, slot, where: capacity, createdMs: serial });
}
