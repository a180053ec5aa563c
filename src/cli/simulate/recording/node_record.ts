import type { NodeGroup } from "../../../config/scenario.ts";
import type { NodeCapacity } from "../../../domain/capacity.ts";
import type { NodeClassifier } from "../../../domain/node_classifier.ts";
import { groupNameOf } from "../../../sim/cloud/node_group.ts";
import type { Node } from "../../../sim/objects.ts";
import { type Buckets, eachBucket } from "./buckets.ts";

const HOUR_MS = 3_600_000;

export interface NodePlace {
  readonly kind: NodeCapacity;
  readonly group: NodeGroup | undefined;
}

/** Which nodes there were, of which kind, and what they cost. */
export class NodeRecord {
  readonly spot: Float64Array;
  readonly onDemand: Float64Array;
  cost = 0;
  readonly #buckets: Buckets;
  readonly #classifier: NodeClassifier;
  readonly #groups: readonly NodeGroup[];
  readonly #places = new Map<string, NodePlace>();
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

  /** Undefined: there is no such node. */
  place(name: string): NodePlace | undefined {
    return this.#places.get(name);
  }

  add(node: Node, nowMs: number): void {
    this.advance(nowMs);
    const group = this.#groups.find(({ name }) => name === groupNameOf(node));
    const place = { kind: this.#classifier.classify(node.metadata.labels ?? {}), group };
    this.#places.set(node.metadata.name, place);
    this.#count(place, 1);
  }

  remove(name: string, nowMs: number): void {
    this.advance(nowMs);
    const place = this.#places.get(name);
    if (place === undefined) return;
    this.#places.delete(name);
    this.#count(place, -1);
  }

  /** Lets time pass as things stand. */
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

  #count({ kind, group }: NodePlace, sign: 1 | -1): void {
    this.#now[kind] += sign;
    this.#costPerHour += sign * (group?.pricePerHour ?? 0);
  }
}
