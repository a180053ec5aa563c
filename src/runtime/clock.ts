/** Every timer of the program goes through one of these, so that tests and simulations own time. */
export interface Clock {
  /** Monotonic milliseconds: for elapsed time and deadlines. */
  now(): number;
  /** Milliseconds since the epoch: for what people read and for schedules. */
  wall(): number;
  /** Calls `run` once after `ms`; the answer takes it back. */
  after(ms: number, run: () => void): () => void;
}

/** Longest delay a timer holds: a 32-bit signed number of milliseconds, 24.8 days. */
const LONGEST_TIMER_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or as soon as `signal` is aborted; the caller looks at the signal. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      cancel();
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const cancel = clock.after(ms, finish);
    signal.addEventListener("abort", finish);
  });
}

/** A signal that is aborted after `ms` or with `parent`; `release` takes timer and listener back. */
export function deadline(
  clock: Clock,
  { ms, parent, reason }: { ms: number; parent?: AbortSignal | undefined; reason: string },
): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onParent = () => controller.abort(parent?.reason);
  const cancel = clock.after(ms, () => controller.abort(new DOMException(reason, "TimeoutError")));
  if (parent?.aborted) onParent();
  parent?.addEventListener("abort", onParent);
  return {
    signal: controller.signal,
    release() {
      cancel();
      parent?.removeEventListener("abort", onParent);
    },
  };
}
