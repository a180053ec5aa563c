import assert from "node:assert/strict";
import { CALM_MS, MEMORY_MS, RELABEL_MS } from "../../src/domain/storm.ts";
import { Storms } from "../../src/operator/storms.ts";
import { settle } from "../support/fake_clock.ts";
import { CAPACITY_TYPE, nodeObject, podObject } from "./objects.ts";
import { fakeCluster, RecordedLog } from "./support.ts";

const SPOT = ["spot-1", "spot-2", "spot-3"];
const relabelled = (name: string) => nodeObject(name, { labels: { [CAPACITY_TYPE]: "on-demand" } });

type Placed = readonly [placed: "spot" | "on-demand", nodeName: string];

/** A pod on each node, of its kind. */
const EACH: readonly Placed[] = [1, 2, 3].flatMap((i) => [
  ["spot", `spot-${i}`] as const,
  ["on-demand", `on-demand-${i}`] as const,
]);

/** Three nodes of each kind, pods on them, and a process that follows them. */
function scene({ pods = EACH, hasSynced = true, areRelabelled = false } = {}) {
  const cluster = fakeCluster();
  const log = new RecordedLog();
  const said: { isOver: boolean; note: string }[] = [];
  const storms = new Storms({
    cache: { nodes: cluster.cache.nodes, pods: cluster.cache.pods, hasSynced },
    isOurs: (namespace) => namespace === "shop",
    clock: cluster.clock,
    log,
    announce: (storm) => said.push(storm),
  });
  storms.connect();
  for (const name of SPOT) cluster.addNode(areRelabelled ? relabelled(name) : nodeObject(name));
  for (const i of [1, 2, 3]) cluster.addNode(nodeObject(`on-demand-${i}`));
  pods.forEach(([placed, nodeName], slot) =>
    cluster.addPod(podObject(`web-${slot}`, { slot, placed, nodeName }))
  );
  return { ...cluster, storms, log, said, hold: () => storms.hold(cluster.clock.now()) };
}

Deno.test("Storms tells of a storm once by log and Event, and once when it is over", async () => {
  const { storms, hold, addNode, clock, log, said } = scene();
  const stop = new AbortController();
  const running = storms.run(stop.signal);
  assert.equal(hold(), undefined);
  for (const name of SPOT) addNode(relabelled(name));
  for (let i = 0; i < 3; i++) {
    assert.match(hold()!.detail, /3 of 3 spot nodes are departing, gone or of another kind/);
    await clock.advance(10_000);
  }
  assert.deepEqual(storms.stormy(), ["spot"]);
  for (const name of SPOT) addNode(nodeObject(name));
  // Nobody asks from now on.
  await clock.advance(CALM_MS + 5_000);
  assert.deepEqual(said.map(({ isOver }) => isOver), [false, true]);
  assert.match(said[0]!.note, /no pod is moved for the sake of a split until they are back, or for 11m0s if/);
  assert.deepEqual(log.messages, ["warn node storm", "info node storm over"]);
  assert.deepEqual(log.of("node storm")[0]!["kinds"], ["spot"]);
  assert.equal(clock.timers, 0, "it no longer looks");
  stop.abort();
  await running;
});

Deno.test("Storms ends with its signal, also while a storm is on", async () => {
  const { storms, hold, addNode } = scene();
  const stop = new AbortController();
  const running = storms.run(stop.signal);
  for (const name of SPOT) addNode(relabelled(name));
  hold();
  await settle();
  stop.abort();
  await running;
});

for (const [what, pods, isStorm] of [["without", [], false], ["with", EACH, true]] as const) {
  Deno.test(`Storms takes nodes ${what} pods that go for ${isStorm ? "a storm" : "no storm"}`, () => {
    const { cache, storms, hold } = scene({ pods });
    storms.begin();
    for (const name of SPOT) cache.nodes.delete(name);
    assert.equal(hold() !== undefined, isStorm);
  });
}

Deno.test("Storms of a new process knows of nodes that were relabelled before by the pods on them", () => {
  const { hold, clock } = scene({ areRelabelled: true });
  assert.match(hold()!.detail, /3 of 3 spot nodes/);
  clock.freeze(MEMORY_MS + CALM_MS);
  assert.equal(hold(), undefined, "in time it is meant");
});

const TOLD: readonly [what: string, pods: readonly Placed[], isStorm: boolean][] = [
  ["of which all pods say the other kind", [["spot", "on-demand-1"], ["spot", "on-demand-2"]], true],
  ["that are gone", [["spot", "gone-1"], ["spot", "gone-2"]], true],
  ["of which some pod says their own kind", [
    ["spot", "on-demand-1"],
    ["spot", "on-demand-2"],
    ["on-demand", "on-demand-1"],
    ["on-demand", "on-demand-2"],
  ], false],
  ["of which all pods say their own kind", EACH, false],
  ["of which one, of four, is told otherwise by its pods", [["spot", "on-demand-1"]], false],
];

for (const [what, pods, isStorm] of TOLD) {
  Deno.test(`Storms of a new process takes nodes ${what} for ${isStorm ? "a storm" : "no storm"}`, () => {
    const { storms, hold } = scene({ pods });
    hold();
    assert.deepEqual(storms.stormy(), isStorm ? ["spot"] : []);
  });
}

Deno.test("Storms of a new process does not ask the pods of others", () => {
  const { storms, hold, addPod } = scene({ pods: [] });
  for (const i of [1, 2, 3]) {
    const { metadata, ...rest } = podObject(`other-${i}`, {
      slot: i,
      placed: "spot",
      nodeName: `on-demand-${i}`,
    });
    addPod({ ...rest, metadata: { ...metadata, namespace: "others" } });
  }
  hold();
  assert.deepEqual(storms.stormy(), []);
});

Deno.test("Storms does not take what pods say of the past for news when it has run for long", () => {
  const { storms, addNode, hold, clock } = scene();
  storms.begin();
  for (const name of SPOT) addNode(relabelled(name));
  clock.freeze(MEMORY_MS + CALM_MS);
  assert.equal(hold(), undefined, "a standby that takes over later");
});

Deno.test("Storms of a process that has not read the cluster yet knows of none", () => {
  const { storms, addNode, hold, clock } = scene({ hasSynced: false });
  storms.begin();
  addNode(relabelled("spot-1"));
  clock.freeze(RELABEL_MS);
  assert.equal(hold(), undefined);
});
