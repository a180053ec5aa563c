import type { NodeGroup } from "../../../config/scenario.ts";
import type { NodeClassifier } from "../../../domain/node_classifier.ts";
import { groupNameOf } from "../../../sim/cloud/node_group.ts";
import type { Node } from "../../../sim/objects.ts";
import { type Buckets, eachBucket } from "./buckets.ts";

const HOUR_MS = 3_600_000;

/** How many nodes of each kind there were, and what they cost. */
export class NodeRecord {
  readonly spot: Float64Array;
  readonly onDemand: Float64Array;
  cost = 0;
  readonly #buckets: Buckets;
  readonly #classifier: NodeClassifier;
  readonly #groups: readonly NodeGroup[];
  readonly #now = { "spot": 0, "on-demand": 0, "unknown": 0 };
  #costPerHour = 0;
  #atMs = 0;

  constructor(
    { buckets, classifier, groups }: {
      buckets: Buckets;
      classifier: NodeClassifier;
      groups: readonly NodeGroup[];
    },
  ) {
    this.#buckets = buckets;
    this.#classifier = classifier;
    this.#groups = groups;
    this.spot = new Float64Array(buckets.count);
    this.onDemand = new Float64Array(buckets.count);
  }

  /** Lets time pass as things stand. Called before every change. */
  advance(nowMs: number): void {
    eachBucket(this.#buckets, {
      fromMs: this.#atMs,
      toMs: nowMs,
      add: (bucket, ms) => {
        this.spot[bucket]! += this.#now.spot * ms;
        this.onDemand[bucket]! += this.#now["on-demand"] * ms;
      },
    });
    this.cost += this.#costPerHour * (nowMs - this.#atMs) / HOUR_MS;
    this.#atMs = nowMs;
  }

  add(node: Node, sign: 1 | -1): void {
    this.#now[this.#classifier.classify(node.metadata.labels ?? {})] += sign;
    const group = this.#groups.find(({ name }) => name === groupNameOf(node));
    this.#costPerHour += sign * (group?.pricePerHour ?? 0);
  }
}
