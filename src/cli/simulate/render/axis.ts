import { formatTick, type Moment } from "./format.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Steps that fall on what a clock or a calendar shows. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((n) => n * DAY),
];

/** Eight labels of a time beside each other are as many as a wide chart holds. */
const MOST_TIMES = 8;

/** The time of a run, cut in buckets. */
export interface TimeAxis extends Moment {
  /** Milliseconds since the start at which each bucket begins. */
  readonly atMs: readonly number[];
}

export interface Tick {
  /** 0 at the start of the axis, 1 at its end. */
  readonly at: number;
  readonly label: string;
}

export function timeTicks({ startMs, lengthMs }: Moment): Tick[] {
  if (lengthMs <= 0) return [];
  const stepMs = STEPS.find((step) => lengthMs / step <= MOST_TIMES) ??
    Math.ceil(lengthMs / MOST_TIMES / DAY) * DAY;
  const ticks: Tick[] = [];
  for (let ms = Math.ceil(startMs / stepMs) * stepMs; ms <= startMs + lengthMs; ms += stepMs) {
    ticks.push({ at: (ms - startMs) / lengthMs, label: formatTick(ms, stepMs) });
  }
  return ticks;
}

/** From zero, in steps of 1, 2 or 5 times a power of ten, or of 25, 250 and so on, to the first that is no less than `most`. */
export function valueTicks(most: number, steps: number): number[] {
  if (most <= 0) return [0, 1];
  const rough = most / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const sizes = power >= 10 ? [1, 2, 2.5, 5, 10] : [1, 2, 5, 10];
  const step = sizes.map((n) => n * power).find((size) => size >= rough * (1 - 1e-9)) ?? 10 * power;
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** Where each bucket begins, and where the last one ends: 0 to 1. */
export function bucketEdges({ atMs, lengthMs }: TimeAxis): number[] {
  return lengthMs <= 0 ? atMs.map(() => 0).concat(1) : [...atMs.map((at) => at / lengthMs), 1];
}

/** The bucket that a moment falls in; undefined: there are no buckets. */
export function bucketOf(atMs: number, { atMs: begins }: TimeAxis): number | undefined {
  if (begins.length === 0) return undefined;
  let [low, high] = [0, begins.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (begins[middle]! <= atMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The length of a bucket; the last may be shorter. */
export function bucketMs({ atMs, lengthMs }: TimeAxis): number {
  return atMs.length < 2 ? lengthMs : atMs[1]! - atMs[0]!;
}

/** Positions moved apart as little as keeps `gap` between them, in their order, within the limits. */
export function spread(
  positions: readonly number[],
  { gap, least, most }: { gap: number; least: number; most: number },
): number[] {
  const order = positions.map((_, i) => i).sort((a, b) => positions[a]! - positions[b]! || a - b);
  const moved = [...positions];
  let free = least;
  for (const i of order) {
    moved[i] = Math.max(positions[i]!, free);
    free = moved[i]! + gap;
  }
  free = most;
  for (const i of order.reverse()) {
    moved[i] = Math.min(moved[i]!, free);
    free = moved[i]! - gap;
  }
  return moved;
}
