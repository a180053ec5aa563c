/// <reference lib="deno.worker" />
import { planOf } from "./plan/plan.ts";
import { play } from "./world/run.ts";

/** Plays each seed that it is sent, one at a time. */
self.onmessage = async ({ data: { seed, days } }: MessageEvent<{ seed: number; days: number }>) => {
  self.postMessage(await play(planOf({ seed, days })));
};
