import assert from "node:assert/strict";
import { sleep } from "../../src/runtime/clock.ts";
import type { NodeGroup } from "../../src/sim/cloud/node_group.ts";
import type { Json } from "../scenarios/support/json.ts";
import { playScene } from "../scenarios/support/scene.ts";
import type { Scene } from "../scenarios/support/stage.ts";
import { deployment } from "../scenarios/support/workloads.ts";
import { onEmbeddedStage, stageNodes } from "../sim/support/embedded_stage.ts";

const { signal } = new AbortController();

interface Trouble {
  readonly what: string;
  readonly begins: (scene: Scene, node: string) => Promise<void>;
  readonly ends: (scene: Scene, node: string) => Promise<void>;
  readonly why: RegExp;
}

function patchNode({ cluster }: Scene, node: string, spec: Json): Promise<void> {
  return cluster.patch(`node/${node}`, "", { spec });
}

async function setReady({ client }: Scene, node: string, status: "True" | "False"): Promise<void> {
  await client.request("PATCH", `/api/v1/nodes/${node}/status`, {
    body: { status: { conditions: [{ type: "Ready", status }] } },
    contentType: "application/strategic-merge-patch+json",
    signal,
  });
}

const RECLAIMED = { key: "karpenter.sh/disrupted", effect: "NoSchedule" };

const TROUBLES: readonly Trouble[] = [
  {
    what: "is cordoned",
    begins: (scene, node) => patchNode(scene, node, { unschedulable: true }),
    ends: (scene, node) => patchNode(scene, node, { unschedulable: null }),
    why: /unschedulable|cordoned/,
  },
  {
    what: "is not ready",
    begins: (scene, node) => setReady(scene, node, "False"),
    ends: (scene, node) => setReady(scene, node, "True"),
    why: /not ready/,
  },
  {
    what: "is being reclaimed",
    begins: (scene, node) => patchNode(scene, node, { taints: [RECLAIMED] }),
    ends: (scene, node) => patchNode(scene, node, { taints: null }),
    why: /karpenter\.sh\/disrupted/,
  },
  {
    what: "is deleted, and its pods still say that they are ready",
    begins: ({ cluster }, node) => cluster.remove(`node/${node}`),
    // They are collected after 40 s, and replaced elsewhere.
    ends: ({ clock }) => sleep(clock, 20_000, signal),
    why: /gone/,
  },
];

for (const { what, begins, ends, why } of TROUBLES) {
  Deno.test(`fault 53: nothing is moved while a node that holds pods of the workload ${what}`, async () => {
    await onEmbeddedStage({ name: "nodes" }, (stage) =>
      playScene(stage, async (scene) => {
        const { apply, annotate, witness, operator, clock } = scene;
        await apply(deployment({ name: "web", replicas: 12, percentage: 50, floor: 1 }));
        await witness.settled("web", 12);
        witness.mark();
        const node = witness.of("web").find((pod) => pod.on === "spot")!.object.spec.nodeName;
        await begins(scene, node);
        await annotate("deployment/web", { "spotalis.io/spot-percentage": "25" });
        const line = await operator.logged(({ reason }) => reason === "interrupted");
        assert.match(String(line["detail"]), why);
        await sleep(clock, 30_000, signal);
        assert.equal(witness.evicted.size, 0);
        await ends(scene, node);
        const isExact = () => witness.isSettled("web", 12) && witness.split("web").spot === 3;
        await witness.until(isExact, { what: "3 on spot", ms: 120_000 });
        assert.ok(witness.evicted.size <= 3);
      }));
  });
}

const PREFIX = "example.io";
const CLASSIFIER = {
  spotLabels: [{ matchLabels: { [`${PREFIX}/spot`]: "yes" } }],
  onDemandLabels: [{ matchLabels: { [`${PREFIX}/steady`]: "yes" } }],
};

function group(name: string, labels: Record<string, string>): NodeGroup {
  return { ...stageNodes("spot"), name, labels: { group: name, ...labels }, nodes: 2, most: 2 };
}

Deno.test("fault 52: pods on nodes that are neither kind, or both, are never moved on a guess", async () => {
  const nodeGroups = [
    group("spot", { [`${PREFIX}/spot`]: "yes" }),
    group("steady", { [`${PREFIX}/steady`]: "yes" }),
    group("odd", {}),
    group("both", { [`${PREFIX}/spot`]: "yes", [`${PREFIX}/steady`]: "yes" }),
  ];
  const config = () => ({ controllers: { nodeClassifier: CLASSIFIER } });
  await onEmbeddedStage(
    { name: "unknown", config, nodeGroups },
    (stage) =>
      playScene(stage, async ({ apply, patch, witness, operator, namespace, clock }) => {
        for (const name of ["odd", "both"]) {
          // Without the label: admission places none of them.
          const template = { spec: { nodeSelector: { group: name } } };
          await apply(deployment({ name, replicas: 4, percentage: 50, enabled: false, template }));
          await witness.settled(name, 4);
          await patch(`deployment/${name}`, { metadata: { labels: { "spotalis.io/enabled": "true" } } });
        }
        await sleep(clock, 600_000, signal);
        assert.equal(witness.evicted.size, 0);
        assert.equal(await operator.metric("spotalis_nodes", { capacity: "unknown" }), 4);
        assert.equal(await operator.metric("spotalis_workload_replicas", { namespace }), 0, "in neither count");
        const { workloads } = JSON.parse(await operator.cli("plan", "-o", "json", "-n", namespace));
        assert.equal(workloads.length, 2);
      }),
  );
});
