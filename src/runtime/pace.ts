import { type Clock, sleep } from "./clock.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** How long virtual time may stand still: what happens within it comes all at once. */
const TICK_MS = 5;

/** Lets virtual time pass as real time does, or `speed()` times as fast, until `signal` is aborted. */
export async function pace(
  virtual: VirtualClock,
  { clock, speed, signal }: { clock: Clock; speed: () => number; signal: AbortSignal },
): Promise<void> {
  let lastMs = clock.now();
  while (!signal.aborted) {
    const nowMs = clock.now();
    await virtual.run(virtual.now() + (nowMs - lastMs) * speed(), signal);
    lastMs = nowMs;
    await sleep(clock, TICK_MS, signal);
  }
}
