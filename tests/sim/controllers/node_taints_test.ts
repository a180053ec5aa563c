import assert from "node:assert/strict";
import { NodeTaints } from "../../../src/sim/controllers/node_taints.ts";
import type { Node } from "../../../src/sim/objects.ts";
import { NODES } from "../../../src/sim/resources.ts";
import { SmallCluster } from "../support/small_cluster.ts";

const OWN = { key: "a", value: "b", effect: "NoSchedule" as const };

Deno.test("a cordoned node is tainted once, and keeps its own taints when it is opened again", async () => {
  await using cluster = await SmallCluster.with(NodeTaints);
  await cluster.create(NODES, { metadata: { name: "n" }, spec: { taints: [OWN] } });
  const cordon = async (unschedulable: boolean) => {
    const node = cluster.get<Node>(NODES, "n")!;
    cluster.api.update(NODES, { ...node, spec: { ...node.spec, unschedulable } });
    await cluster.pass();
    return cluster.get<Node>(NODES, "n")!.spec?.taints;
  };
  const tainted = await cordon(true);
  assert.deepEqual(tainted?.map(({ key, effect }) => `${key}:${effect}`), [
    "a:NoSchedule",
    "node.kubernetes.io/unschedulable:NoSchedule",
  ]);
  assert.equal((tainted?.[1] as { timeAdded?: string }).timeAdded, "2026-01-05T00:00:01Z");
  const version = cluster.get<Node>(NODES, "n")!.metadata.resourceVersion;
  await cluster.pass();
  assert.equal(cluster.get<Node>(NODES, "n")!.metadata.resourceVersion, version);
  assert.deepEqual(await cordon(false), [OWN]);
});
