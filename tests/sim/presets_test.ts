import assert from "node:assert/strict";
import type { PresetName } from "../../src/domain/presets.ts";
import { PRESET_NAMES } from "../../src/domain/presets.ts";
import type { NodeGroup } from "../../src/sim/cloud/node_group.ts";
import { playScene } from "../scenarios/support/scene.ts";
import { type Scene, TRUE_KIND_LABEL } from "../scenarios/support/stage.ts";
import { deployment } from "../scenarios/support/workloads.ts";
import { PLATFORM_NODES } from "../support/preset_nodes.ts";
import { onEmbeddedStage, stageNodes } from "./support/embedded_stage.ts";

/** One node of each sort that a platform has. What a node is in truth, the operator cannot see. */
function groupsOf(preset: PresetName): NodeGroup[] {
  return PLATFORM_NODES[preset].map(({ labels, taints, capacity }, i) => ({
    ...stageNodes("spot"),
    name: `${preset}-${i}`,
    labels: { ...labels, [TRUE_KIND_LABEL]: capacity },
    taints,
    nodes: 1,
    most: 1,
  }));
}

async function comesUpAndFollows({ apply, annotate, witness }: Scene): Promise<void> {
  witness.watchFloor("web", 1);
  await apply(deployment({ name: "web", replicas: 10, percentage: 70, floor: 1 }));
  await witness.settled("web", 10);
  assert.deepEqual(witness.split("web"), { spot: 7, onDemand: 3, unbound: 0 });
  assert.deepEqual(witness.cost(), { created: 10, evicted: 0 });

  witness.mark();
  await annotate("deployment/web", { "spotalis.io/spot-percentage": "40" });
  const isExact = () => witness.isSettled("web", 10) && witness.split("web").spot === 4;
  await witness.until(isExact, { what: "4 of 10 on spot", ms: 45_000 });
  assert.deepEqual(witness.cost(), { created: 3, evicted: 3 });
}

const MIXED: readonly PresetName[] = ["karpenter", "castai", "eks", "gke", "aks", "kops", "oke"];

const CLUSTERS: readonly [preset: PresetName | "auto", nodes: string, nodeGroups: NodeGroup[]][] = [
  ...PRESET_NAMES.map((name) => [name, name, groupsOf(name)] as const satisfies unknown[]),
  ...PRESET_NAMES.map((name) => ["auto", name, groupsOf(name)] as const satisfies unknown[]),
  ["auto", "several platforms at once", MIXED.flatMap(groupsOf)],
];

for (const [preset, nodes, nodeGroups] of CLUSTERS) {
  Deno.test(`embedded: with preset ${preset} on nodes of ${nodes}, a burst and a policy change are exact`, async () => {
    const config = () => ({ controllers: { nodeClassifier: { preset } } });
    const name = `${preset}-${nodes.replaceAll(" ", "-")}`;
    await onEmbeddedStage({ name, config, nodeGroups }, (stage) => playScene(stage, comesUpAndFollows));
  });
}
