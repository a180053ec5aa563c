import assert from "node:assert/strict";
import { type Cause, CAUSES, KIND_LABEL, NOT_SELECTED_LABEL, putElsewhereOnce } from "./support/causes.ts";
import { eventually } from "./support/eventually.ts";
import type { LogLine } from "./support/log_book.ts";
import { NODES_EACH, type Play, type Scenario, type Scene, type Stage } from "./support/stage.ts";
import { leaveOut } from "./support/webhooks.ts";
import { deployment } from "./support/workloads.ts";

/** The operator of such a stage tells capacity by a label that no other test knows. */
export const CONTROLLERS = {
  workloadTiming: { cooldownPeriod: "1s" },
  nodeClassifier: {
    spotLabels: [{ matchLabels: { [KIND_LABEL]: "spot" } }],
    onDemandLabels: [{ matchLabels: { [KIND_LABEL]: "on-demand" } }],
  },
};

export async function prepare(
  stage: Stage,
  nodes = { "spot": NODES_EACH, "on-demand": NODES_EACH },
): Promise<void> {
  for (const kind of ["spot", "on-demand"] as const) {
    for (let i = 0; i < nodes[kind]; i++) {
      await stage.cluster.patch(`node/${kind}-${i}`, "", { metadata: { labels: { [KIND_LABEL]: kind } } });
    }
  }
  await leaveOut(stage, NOT_SELECTED_LABEL);
  await learned(stage);
}

/** An API server learns of a webhook configuration by a watch of its own. */
function learned({ clock }: Stage): Promise<void> {
  return new Promise((resolve) => void clock.after(2_000, resolve));
}

/** One pod is moved in vain, which an Event explains; when the cause has gone, the split is mended. */
async function isHeldAndMended(scene: Scene, { says, begin }: Cause): Promise<void> {
  const { apply, annotate, witness, operator, namespace, events, clock } = scene;
  const held = () => operator.metric("spotalis_workload_held", { namespace, reason: "ineffective" });
  await apply(deployment({ name: "web", replicas: 6, percentage: 100 }));
  await witness.settled("web", 6);
  assert.deepEqual(witness.split("web"), { spot: 6, onDemand: 0, unbound: 0 });
  witness.mark();
  const end = await begin(scene);
  try {
    await learned(scene);
    await annotate("deployment/web", { "spotalis.io/spot-percentage": "50" });
    // A placement that is not seen on any pod is waited for, for 30 s.
    const isHeld = (line: LogLine) => line["namespace"] === namespace && line["reason"] === "ineffective";
    const line = await operator.logged(isHeld, 60_000);
    assert.match(String(line["detail"]), says);
    assert.equal(await held(), 1);
    await eventually(clock, async () => {
      const written = await events("PlacementIneffective");
      assert.equal(written.length, 1);
      assert.match(written[0].note, says);
    });
    assert.equal(witness.evicted.size, 1);
  } finally {
    await end();
  }
  const isMended = () => witness.isSettled("web", 6) && witness.split("web").spot === 3;
  await witness.until(isMended, { what: "3 of 6 on spot", ms: 150_000 });
  assert.ok(witness.evicted.size <= 4, `${witness.evicted.size} evictions: the one in vain, and the drift`);
  await eventually(clock, async () => assert.equal(await held(), 0));
  assert.equal((await events("PlacementIneffective")).length, 1);
}

async function sideBySide(play: Play, stage: Stage): Promise<void> {
  await prepare(stage);
  const { notSelected, takenOut, putElsewhere } = CAUSES as Record<string, Cause>;
  await Promise.all([
    ...[notSelected!, takenOut!, putElsewhere!].map((cause) =>
      play(cause.what, (scene) => isHeldAndMended(scene, cause))
    ),
    play("a webhook that puts pods elsewhere, but is asked only once, is overruled", async (scene) => {
      const { apply, annotate, witness, events } = scene;
      const end = await putElsewhereOnce(scene);
      try {
        await learned(scene);
        await apply(deployment({ name: "web", replicas: 6, percentage: 50 }));
        await witness.settled("web", 6);
        assert.deepEqual(witness.split("web"), { spot: 3, onDemand: 3, unbound: 0 });
        await annotate("deployment/web", { "spotalis.io/spot-percentage": "0" });
        const isMended = () => witness.isSettled("web", 6) && witness.split("web").spot === 0;
        await witness.until(isMended, { what: "all on on-demand", ms: 150_000 });
        assert.equal(witness.evicted.size, 3);
        assert.equal((await events("PlacementIneffective")).length, 0);
      } finally {
        await end();
      }
    }),
  ]);
}

/** What is about the whole operator, or all nodes, has one to itself. */
function alone(cause: Cause): Scenario["act"] {
  return async (play, stage) => {
    await prepare(stage);
    await play(cause.what, (scene) => isHeldAndMended(scene, cause));
  };
}

const config = () => ({ controllers: CONTROLLERS });
/** Time for a label to change between two moves. */
const unhurried = () => ({ controllers: { ...CONTROLLERS, workloadTiming: { cooldownPeriod: "5s" } } });

export const SCENARIOS: readonly Scenario[] = [
  { options: { name: "ineffective", config }, act: sideBySide },
  { options: { name: "ineffective-not-registered", config }, act: alone(CAUSES["notRegistered"]!) },
  { options: { name: "ineffective-relabelled", config: unhurried }, act: alone(CAUSES["relabelled"]!) },
];
