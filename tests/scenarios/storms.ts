import assert from "node:assert/strict";
import { eventually } from "./support/eventually.ts";
import type { Json } from "./support/json.ts";
import { NODES_EACH, type Play, type Scenario, type Scene, type Stage } from "./support/stage.ts";
import { deployment } from "./support/workloads.ts";

/** A label of this scenario's own: other tests have the same nodes, and must not notice. */
const KIND = "storms.e2e.spotalis.io/kind";
type Kind = "spot" | "on-demand";
const OTHER = { "spot": "on-demand", "on-demand": "spot" } as const;
const WEBS = ["web", "api", "db"];

/** One node after the other, as `kubectl label nodes -l` does it. */
async function label({ cluster }: Stage, { nodes, kind }: { nodes: Kind; kind: Kind }): Promise<void> {
  for (let i = 0; i < NODES_EACH; i++) {
    await cluster.patch(`node/${nodes}-${i}`, "", { metadata: { labels: { [KIND]: kind } } });
  }
}

async function clusterEvents({ client, name }: Stage, reason: string): Promise<Json[]> {
  const path = `/apis/events.k8s.io/v1/namespaces/lease-${name}/events`;
  const { items } = await client.request<Json>("GET", path, { signal: new AbortController().signal });
  return items.filter((event: Json) => event.reason === reason);
}

/** All nodes of a kind say that they are of the other, and then again what they are. */
async function relabelling(scene: Scene, kind: Kind): Promise<void> {
  const { apply, remove, witness, operator, namespace, clock } = scene;
  const held = () => operator.metric("spotalis_workload_held", { namespace, reason: "storm" });
  const storm = () => operator.metric("spotalis_node_storm", { capacity: kind });
  const before = (await clusterEvents(scene, "NodeStorm")).length;
  await apply(...WEBS.map((name) => deployment({ name, replicas: 8, percentage: 50, floor: 1 })));
  for (const name of WEBS) await witness.settled(name, 8);
  const split = () => WEBS.map((name) => witness.split(name));
  assert.ok(split().every(({ spot, onDemand }) => spot === 4 && onDemand === 4));
  witness.mark();

  await label(scene, { nodes: kind, kind: OTHER[kind] });
  // A creation that a slow API server asks about twice holds for 30 s, before anything else does.
  await eventually(clock, async () => assert.equal(await held(), WEBS.length), { ms: 45_000 });
  assert.equal(await storm(), 1);
  await eventually(clock, async () => {
    const events = await clusterEvents(scene, "NodeStorm");
    assert.equal(events.length, before + 1);
    assert.equal(events.at(-1).regarding.kind, "Lease");
    assert.match(
      events.at(-1).note,
      new RegExp(`of 6 ${kind} nodes are departing, gone or of another kind: no pod`),
    );
  });
  // Longer than a cooldown, and a pod is placed and runs meanwhile.
  await apply(deployment({ name: "new", replicas: 2, percentage: kind === "spot" ? 0 : 100 }));
  await witness.settled("new", 2);
  await new Promise<void>((resolve) => clock.after(15_000, resolve));
  assert.equal(witness.evicted.size, 0);
  assert.equal(await held(), WEBS.length, "all the time");

  await label(scene, { nodes: kind, kind });
  await remove("deployment/new");
  await eventually(clock, async () => assert.equal(await held(), 0), { ms: 15_000 });
  await eventually(clock, async () => assert.equal(await storm(), 0), { ms: 75_000 });
  await eventually(clock, async () => {
    assert.ok((await clusterEvents(scene, "NodeStormOver")).length > 0);
  }, { ms: 10_000 });
  assert.equal((await clusterEvents(scene, "NodeStorm")).length, before + 1, "one storm, one Event");
  assert.ok(split().every(({ spot, onDemand }) => spot === 4 && onDemand === 4));
  assert.deepEqual(witness.cost(), { created: 2, evicted: 0 }, "nothing has moved");
}

async function act(play: Play, stage: Stage): Promise<void> {
  for (const kind of ["spot", "on-demand"] as const) await label(stage, { nodes: kind, kind });
  await play(
    "all spot nodes are labelled on-demand and back: not one pod moves",
    (scene) => relabelling(scene, "spot"),
  );
}

export const SCENARIOS: readonly Scenario[] = [{
  options: {
    name: "storms",
    config: () => ({
      controllers: {
        disruption: { holdInStorms: true },
        nodeClassifier: {
          spotLabels: [{ matchLabels: { [KIND]: "spot" } }],
          onDemandLabels: [{ matchLabels: { [KIND]: "on-demand" } }],
        },
      },
    }),
  },
  act,
}];
