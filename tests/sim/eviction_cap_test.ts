import assert from "node:assert/strict";
import type { LogLine } from "../scenarios/support/log_book.ts";
import { playScene } from "../scenarios/support/scene.ts";
import type { Scene } from "../scenarios/support/stage.ts";
import { deployment } from "../scenarios/support/workloads.ts";
import { onEmbeddedStage, stageNodes } from "./support/embedded_stage.ts";

const MINUTE = 60_000;
const WORKLOADS = 200;
const PER_MINUTE = 30;
const NAMES = Array.from({ length: WORKLOADS }, (_, i) => `web-${i}`);

const timesOf = (lines: readonly LogLine[]) => lines.map((line) => Date.parse(String(line["time"])));

/** The most in any minute, however it is cut out. */
function mostInAMinute(times: readonly number[]): number {
  return Math.max(...times.map((end) => times.filter((at) => at > end - MINUTE && at <= end).length));
}

/** How far any workload was ahead of another at any time. */
function greatestLead(evicted: readonly LogLine[]): number {
  const moves = new Map<unknown, number>();
  let lead = 0;
  for (const line of evicted) {
    moves.set(line["workload"], (moves.get(line["workload"]) ?? 0) + 1);
    const least = moves.size < WORKLOADS ? 0 : Math.min(...moves.values());
    lead = Math.max(lead, Math.max(...moves.values()) - least);
  }
  return lead;
}

/** 200 workloads, of which each has to move two of its four pods. */
async function manyDrift({ apply, witness, operator, cluster, namespace, clock }: Scene): Promise<void> {
  const annotate = (percentage: number) =>
    cluster.patch(`namespace/${namespace}`, "", {
      metadata: { annotations: { "spotalis.io/spot-percentage": String(percentage) } },
    });
  await annotate(25);
  await apply(...NAMES.map((name) => deployment({ name, replicas: 4 })));
  for (const name of NAMES) await witness.settled(name, 4);
  witness.mark();
  const looks = async () => await operator.metric("spotalis_reconciliations_total", { namespace });
  // The operator leads only since a moment ago: its budget has to fill first.
  await new Promise<void>((resolve) => void clock.after(MINUTE, resolve));
  const left = () => operator.metric("spotalis_eviction_budget");
  assert.equal(await left(), PER_MINUTE);
  const [before, beganMs] = [await looks(), clock.wall()];
  await annotate(75);
  await witness.until(() => witness.evicted.size === PER_MINUTE, { what: "the first minute's evictions" });
  assert.equal(await left(), 0);
  const isMended = () => NAMES.every((name) => witness.isSettled(name, 4) && witness.split(name).spot === 3);
  await witness.until(isMended, { what: "3 of 4 on spot in each", ms: 20 * MINUTE });

  const evicted = operator.log.filter((line) => line.message === "evicted");
  assert.equal(evicted.length, 2 * WORKLOADS);
  assert.deepEqual(witness.cost(), { created: 2 * WORKLOADS, evicted: 2 * WORKLOADS });
  assert.equal(mostInAMinute(timesOf(evicted)), PER_MINUTE);
  const tookMinutes = (clock.wall() - beganMs) / MINUTE;
  assert.ok(tookMinutes < 400 / PER_MINUTE + 0.5, `${tookMinutes} minutes: hardly a token is wasted`);
  assert.equal(greatestLead(evicted), 1, "nobody has its second turn before all had their first");
  // Of each workload: the change, some looks at each of two moves, and one a minute while it waits.
  const perMove = (await looks() - before) / evicted.length;
  assert.ok(perMove < 20, `${perMove} looks for each move`);
}

Deno.test("embedded: 200 workloads that drift at once are mended in turn, never above the cap", async () => {
  const config = () => ({ controllers: { disruption: { maxEvictionsPerMinute: PER_MINUTE } } });
  const nodeGroups = [stageNodes("spot"), stageNodes("on-demand")].map((group) => ({
    ...group,
    nodes: 10,
    most: 10,
  }));
  await onEmbeddedStage({ name: "cap", config, nodeGroups }, (stage) => playScene(stage, manyDrift));
});
