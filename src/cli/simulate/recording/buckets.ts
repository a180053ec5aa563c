/** Time cut into equal pieces, for charts and for JSON that stays small. */
export interface Buckets {
  readonly lengthMs: number;
  readonly bucketMs: number;
  readonly count: number;
}

const MINUTE_MS = 60_000;
const SIZES_MS = [1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1_440].map((minutes) => minutes * MINUTE_MS);
/** A week has 168 hours. */
const MOST = 168;

export function bucketsOf(lengthMs: number): Buckets {
  const bucketMs = SIZES_MS.find((size) => lengthMs / size <= MOST) ?? SIZES_MS.at(-1)!;
  return { lengthMs, bucketMs, count: Math.max(1, Math.ceil(lengthMs / bucketMs)) };
}

/** Calls `add` for each bucket that a stretch of time touches, with the time that falls into it. */
export function eachBucket(
  buckets: Buckets,
  { fromMs, toMs, add }: { fromMs: number; toMs: number; add: (bucket: number, ms: number) => void },
): void {
  const { bucketMs, count } = buckets;
  for (let at = fromMs; at < toMs;) {
    const bucket = bucketOf(buckets, at);
    const end = bucket === count - 1 ? toMs : Math.min(toMs, (bucket + 1) * bucketMs);
    add(bucket, end - at);
    at = end;
  }
}

export function bucketOf({ bucketMs, count }: Buckets, atMs: number): number {
  return Math.min(Math.floor(atMs / bucketMs), count - 1);
}

/** How long a bucket is: the last one may be shorter. */
export function lengthOf({ lengthMs, bucketMs }: Buckets, bucket: number): number {
  return Math.min(bucketMs, lengthMs - bucket * bucketMs);
}
