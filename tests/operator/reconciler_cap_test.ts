import assert from "node:assert/strict";
import { EvictionCap } from "../../src/domain/eviction_cap.ts";
import { disruptionSettings, GOOD_STANDING } from "../support/builders.ts";
import { type Answer, failure } from "../support/fake_transport.ts";
import { deploymentObject, podObject } from "./objects.ts";
import { BLOCKED, EVICTED, KEY, reconcilerScene, type SceneOptions } from "./reconciler_scene.ts";

const TWO_AT_ONCE = { settings: disruptionSettings({ maxUnavailable: 2 }) };
const OTHER = "Deployment/shop/other";

/** A scene in which so many evictions a minute are allowed. */
function cappedScene(perMinute: number, options: SceneOptions = {}) {
  const scene = reconcilerScene({ cap: new EvictionCap(perMinute), ...options });
  return { ...scene, left: () => scene.state.cap.left(scene.clock.now()) };
}

const OUTCOMES: readonly [what: string, answer: Answer, spent: number][] = [
  ["that is carried out", EVICTED, 1],
  ["of which nobody knows", failure(503), 1],
  ["of a pod that is gone", failure(404), 0],
  ["that a budget blocks", BLOCKED, 0],
  ["that the API server wants later", failure(429), 0],
  ["that is forbidden", failure(403), 0],
];

for (const [what, answer, spent] of OUTCOMES) {
  Deno.test(`Reconciler spends ${spent === 0 ? "no" : "a"} token for an eviction ${what}`, async () => {
    const { reconcile, asked, left } = cappedScene(30, { answer });
    await reconcile();
    assert.equal(asked.length, 1);
    assert.equal(left(), 30 - spent);
  });
}

Deno.test("Reconciler holds where no token is left, and looks again when its own comes", async () => {
  const { reconcile, state, clock, asked, log, series } = cappedScene(2);
  state.cap.take("another", clock.now());
  await clock.advance(20_000);
  state.cap.take("another", clock.now());
  await clock.advance(10_000);
  assert.equal(await reconcile(), 30_000);
  assert.deepEqual(log.of("hold").map(({ reason, detail }) => [reason, detail]), [[
    "capped",
    "no token is left",
  ]]);
  assert.deepEqual((await series("workload_held"))[0]!.match(/reason="\w+"/)![0], 'reason="capped"');
  assert.equal(state.cap.before(OTHER), 1, "it stands in line");
  await clock.advance(30_000);
  await reconcile();
  assert.deepEqual([asked.length, state.cap.before(OTHER)], [1, 0]);
});

Deno.test("Reconciler looks at one that stands in line once a minute at least: those before it may leave", async () => {
  const { reconcile, state, clock } = cappedScene(1);
  state.cap.take("another", clock.now());
  for (let i = 0; i < 5; i++) state.cap.join(`other-${i}`);
  assert.equal(await reconcile(), 60_000);
});

Deno.test("Reconciler takes no more at once than there are tokens", async () => {
  const { reconcile, asked, left } = cappedScene(1, { options: TWO_AT_ONCE });
  assert.equal(await reconcile(), 2_000);
  assert.deepEqual([asked.length, left()], [1, 0]);
});

Deno.test("Reconciler takes a workload that something else holds out of the line, and calls the next", async () => {
  const { reconcile, state, queue, addDeployment } = cappedScene(1);
  state.cap.join(KEY);
  state.cap.join(OTHER);
  addDeployment(deploymentObject({ spec: { paused: true } }));
  await reconcile();
  assert.equal(state.cap.before(OTHER), 0);
  assert.equal(await queue.take(), OTHER);
});

Deno.test("Reconciler calls the next when an eviction was refused: its token is there again", async () => {
  const { reconcile, state, queue } = cappedScene(1, { answer: BLOCKED });
  state.cap.join(KEY);
  state.cap.join(OTHER);
  await reconcile();
  assert.equal(await queue.take(), OTHER);
});

Deno.test("Reconciler evicts a pod that is bound nowhere yet without a token: it does not run", async () => {
  const { reconcile, asked, state, clock, left, addPod } = cappedScene(1);
  state.cap.take("another", clock.now());
  const pending = { phase: "Pending", conditions: [] };
  addPod(podObject("web-2", { slot: 2, placed: "spot", isReady: false, status: pending }));
  addPod(podObject("web-4", { slot: 4, placed: "spot", nodeName: "spot-1" }));
  await reconcile();
  assert.deepEqual([asked, left()], [["web-2"], 0]);
});

Deno.test("Reconciler in read-only mode stands in no line", async () => {
  const { reconcile, state } = cappedScene(1, { options: { isReadOnly: true } });
  state.cap.join(KEY);
  await reconcile();
  assert.equal(state.cap.before(OTHER), 0);
});

const PAUSES = {
  storm: { detail: "4 of 6 spot nodes are gone", untilMs: 1e9 },
  capped: { detail: "30 evictions a minute are the most", untilMs: 1e9 },
};

for (const [name, pause] of Object.entries(PAUSES)) {
  Deno.test(`Reconciler asks again right before each eviction whether it may: ${name}`, async () => {
    const scene = reconcilerScene({
      options: TWO_AT_ONCE,
      answer: (request) => {
        scene.state.standing = { ...GOOD_STANDING, [name]: pause };
        return EVICTED(request);
      },
    });
    assert.equal(await scene.reconcile(), 2_000);
    assert.deepEqual(scene.asked, ["web-2"]);
  });

  Deno.test(`Reconciler holds by ${name}, and looks again within a minute: it may end sooner than it said`, async () => {
    const scene = reconcilerScene();
    scene.state.standing = { ...GOOD_STANDING, [name]: pause };
    assert.equal(await scene.reconcile(), 60_000);
    assert.deepEqual(scene.asked, []);
    assert.deepEqual(scene.log.of("hold").map(({ reason, detail }) => [reason, detail]), [[
      name,
      pause.detail,
    ]]);
  });
}
