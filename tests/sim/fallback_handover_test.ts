import assert from "node:assert/strict";
import { sleep } from "../../src/runtime/clock.ts";
import * as keys from "../../src/domain/keys.ts";
import { Outage } from "../scenarios/support/outage.ts";
import { playScene } from "../scenarios/support/scene.ts";
import type { LogLine } from "../scenarios/support/log_book.ts";
import type { Scene, Stage } from "../scenarios/support/stage.ts";
import type { EmbeddedCluster } from "../../src/sim/cluster.ts";
import { onEmbeddedStage } from "./support/embedded_stage.ts";
import { giveLease, SecondOperator, stopAdmission } from "./support/handover.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const AFTER_MS = 2 * MINUTE;
const RETRY_MS = 10 * MINUTE;
const COOLDOWN_MS = 10_000;
const START_MS = 4_000;
/** A new leader sees the Lease within this, and evicts nothing for as long again. */
const HANDOVER_MS = 5_000;

const MARK = keys.FALLBACK_RETRY_AT;
const WEB = { name: "web", replicas: 10, percentage: 70, floor: 1 };

interface Handover extends Scene {
  readonly stage: Stage & { readonly embedded: EmbeddedCluster };
  readonly outage: Outage;
  readonly second: SecondOperator;
  /** Over both operators. */
  evictions(): Promise<number>;
  pass(ms: number): Promise<void>;
}

/** Ten pods in an outage that has lasted for `forMs`, one operator that leads, and one that stands by. */
async function during(
  { name, forMs }: { name: string; forMs: number },
  act: (scene: Handover) => Promise<void>,
): Promise<void> {
  await onEmbeddedStage({ name }, (stage) =>
    playScene(stage, async (scene) => {
      await using second = await SecondOperator.start(stage, {});
      const outage = await Outage.begin(scene, WEB);
      const pass = (ms: number) => sleep(scene.clock, ms, new AbortController().signal);
      const labels = { namespace: scene.namespace, outcome: "evicted" };
      const evictions = async () =>
        await outage.evictions() + await second.metric("spotalis_evictions_total", labels);
      await pass(forMs);
      await act({ ...scene, stage, outage, second, evictions, pass });
    }));
}

const isOpening = ({ message }: LogLine) => message === "spot fallback open";
const timeOf = (line: LogLine | undefined) => Date.parse(String(line?.["time"]));
const retryAt = (lines: readonly LogLine[]) => Date.parse(String(lines.findLast(isOpening)?.["retryAt"]));

/** When a leader began to try spot, by its log. */
function tries(lines: readonly LogLine[]): number[] {
  return lines.filter((line) => line.message === "evicted" && line["from"] === "on-demand").map(timeOf);
}

Deno.test("a new leader reads an open fallback from the pods: none is evicted, and the retry time stays", async () => {
  await during({ name: "open", forMs: AFTER_MS + MINUTE }, async (scene) => {
    const { second, operator, outage, witness, events, evictions, pass } = scene;
    const due = retryAt(operator.log);
    witness.mark();
    await second.takeOver();
    await second.leads();
    await pass(MINUTE);
    assert.equal(retryAt(second.log), due);
    assert.deepEqual([witness.created.size, await evictions()], [0, 7]);
    const labels = { namespace: scene.namespace };
    assert.equal(await second.metric("spotalis_spot_fallback_active", labels), 1);
    assert.equal(await outage.active(), 0, "who no longer leads shows nothing");
    await pass(due - scene.clock.wall() + MINUTE);
    const [first] = tries(second.log);
    assert.ok(first! >= due && first! < due + HANDOVER_MS, `${first! - due} ms after it was due`);
    assert.equal((await events("SpotUnavailable")).length, 1, "told of once, by the first");
  });
});

Deno.test("a new leader keeps a wait that has doubled, and doubles it again", async () => {
  // The first try begins 10 min after the opening, and has failed 2 min later.
  const forMs = AFTER_MS + RETRY_MS + AFTER_MS + 2 * MINUTE;
  await during({ name: "doubled", forMs }, async ({ second, operator, witness, evictions, clock, pass }) => {
    const [first] = tries(operator.log);
    witness.mark();
    await second.takeOver();
    await second.leads();
    await pass(5 * MINUTE);
    assert.deepEqual([witness.created.size, await evictions()], [0, 9]);
    await pass(HOUR);
    const [next, third] = tries(second.log);
    const near = (ms: number, want: number) => assert.ok(Math.abs(ms - want) < MINUTE, `${ms} is not ${want}`);
    near(next! - first!, AFTER_MS + 2 * RETRY_MS);
    near(third! - next!, AFTER_MS + 4 * RETRY_MS);
    assert.ok(clock.wall() > third!);
  });
});

const MOMENTS: readonly [what: string, ms: number][] = [
  ["before the fallback opens", AFTER_MS - 4_000],
  ["as it opens", AFTER_MS - 2_000],
  ["a moment after it has opened", AFTER_MS + 200],
  ["while a pod tries spot", AFTER_MS + RETRY_MS + MINUTE],
  ["as the try ends", AFTER_MS + RETRY_MS + AFTER_MS],
];

for (const [what, forMs] of MOMENTS) {
  Deno.test(`a handover ${what} costs no eviction more than none`, async () => {
    await during({ name: "moment", forMs }, async ({ second, outage, evictions, pass, witness, clock }) => {
      const startMs = clock.wall() - forMs;
      await second.takeOver();
      await second.leads();
      await pass(Math.max(0, AFTER_MS + 15_000 - forMs));
      // From then on as if one had led all the time.
      await pass(startMs + AFTER_MS + RETRY_MS + AFTER_MS + 2 * MINUTE - clock.wall());
      await outage.isUp(10);
      assert.equal(await evictions(), 9, "seven were stuck, one tried, and was stuck");
      assert.ok(witness.evicted.size === 1, "one ready pod");
    });
  });
}

Deno.test("a process that does not lead places by the pods what the leader has decided", async () => {
  await during({ name: "admits", forMs: AFTER_MS + MINUTE }, async ({ second, witness, outage, remove }) => {
    const marks = () => new Set(witness.of("web").map(({ object }) => object.metadata.annotations[MARK]));
    const before = marks();
    second.admits();
    witness.mark();
    for (const pod of witness.of("web")) await remove(`pod/${pod.name}`);
    await witness.until(() => witness.removed.length === 10, { what: "ten others", ms: 10_000 });
    await outage.isUp(10, { ms: 10_000 });
    assert.deepEqual(marks(), before, "with the time of the next try");
  });
});

for (const isBack of [true, false]) {
  Deno.test(`after a stop of all operators for hours, ${isBack ? "all return" : "one pod tries"}`, async () => {
    await during({ name: "stopped", forMs: AFTER_MS + MINUTE }, async (scene) => {
      const { stage, second, outage, witness, pass, evictions } = scene;
      await giveLease(stage, { to: "nobody", forMs: 3 * HOUR });
      stopAdmission(stage);
      if (isBack) await outage.pool.open("spot");
      witness.mark();
      await pass(3 * HOUR - MINUTE);
      assert.equal(witness.created.size, 0);
      await second.takeOver();
      await second.leads();
      if (isBack) {
        const all = () => witness.isSettled("web", 10) && witness.split("web").spot === 7;
        await witness.until(all, { what: "exact", ms: HANDOVER_MS + 7 * (COOLDOWN_MS + START_MS) });
        assert.equal(witness.evicted.size, 7);
        assert.ok(witness.fewestReady("web") >= 9);
      } else {
        await pass(RETRY_MS);
        assert.equal(tries(second.log).length, 1);
        assert.equal(await evictions(), 7 + 2);
        await outage.isUp(10);
      }
    });
  });
}
