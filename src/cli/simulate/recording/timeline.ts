import type { TimelineEntry } from "../report.ts";
import { bucketOf, type Buckets } from "./buckets.ts";

/** What happened, in order, and how often of what is counted by bucket. */
export class Timeline {
  readonly entries: TimelineEntry[] = [];
  readonly evictions: Float64Array;
  readonly reclaims: Float64Array;
  readonly #buckets: Buckets;

  constructor(buckets: Buckets) {
    this.#buckets = buckets;
    this.evictions = new Float64Array(buckets.count);
    this.reclaims = new Float64Array(buckets.count);
  }

  tell(entry: TimelineEntry): void {
    const atMs = Math.round(entry.atMs);
    this.entries.push({ ...entry, atMs });
    if (entry.what === "eviction") this.evictions[bucketOf(this.#buckets, atMs)]!++;
    if (entry.what === "reclaim") this.reclaims[bucketOf(this.#buckets, atMs)]!++;
  }
}
