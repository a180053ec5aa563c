import { type Clock, sleep } from "../../../src/runtime/clock.ts";

/** Tries a check again until it passes: for what is written behind the back of what was waited for. */
export async function eventually(
  clock: Clock,
  check: () => Promise<void>,
  { ms = 5_000 }: { ms?: number } = {},
): Promise<void> {
  const { signal } = new AbortController();
  for (const endMs = clock.now() + ms;;) {
    try {
      return await check();
    } catch (error) {
      if (clock.now() >= endMs) throw error;
    }
    await sleep(clock, 50, signal);
  }
}
