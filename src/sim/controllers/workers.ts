import type { ControlLoop } from "./control_loop.ts";

/** Keys of one controller that are worked on at once while webhooks are waited for (`--concurrent-…-syncs`). */
const WORKERS = 5;

export async function runWorkers(loop: ControlLoop, signal: AbortSignal): Promise<void> {
  await Promise.all(Array.from({ length: WORKERS }, () => loop.run(signal)));
}
