import type { Node, Pod } from "../../../../src/sim/objects.ts";
import { NODES, PODS } from "../../../../src/sim/resources.ts";
import type { Settings } from "../eviction_judge.ts";
import type { Rule } from "../rules.ts";
import { deployment, type RogueScene } from "./rogue_scene.ts";

export interface Sabotage {
  readonly rule: Rule;
  readonly title: string;
  readonly settings?: Settings;
  readonly act: (scene: RogueScene) => Promise<void>;
}

export const NEWS_MS = 300;

/** A change, time enough to hear of it, and an eviction all the same. */
export function after(change: (scene: RogueScene) => void | Promise<void>, waitMs = NEWS_MS): Sabotage["act"] {
  return async (scene) => {
    const [victim] = scene.pods();
    await change(scene);
    await scene.pass(waitMs);
    await scene.evict(victim!);
  };
}

export function cordon(scene: RogueScene, name: string): void {
  scene.change<Node>(NODES, name, (node) => ({ ...node, spec: { ...node.spec, unschedulable: true } }));
}

export function sicken(scene: RogueScene, { metadata: { name } }: Pod): void {
  const { api, storage } = scene.cluster;
  const pod = storage.get<Pod>(PODS, { namespace: "shop", name })!;
  const conditions = pod.status!.conditions!.map((condition) => ({ ...condition, status: "False" as const }));
  api.update(PODS, { ...pod, status: { ...pod.status, conditions } }, { subresource: "status" });
}

/** Its pod was placed on spot, and no node will do. */
export function strandedDeployment(): object {
  const { metadata, spec } = deployment("stuck", { replicas: 1 });
  const template = {
    metadata: {
      labels: { app: "stuck", "spotalis.io/capacity": "spot" },
      annotations: { "spotalis.io/slot": "0" },
    },
    spec: { ...spec.template.spec, nodeSelector: { "example.com/nowhere": "true" } },
  };
  const annotations = { ...metadata.annotations, "spotalis.io/min-on-demand": "0" };
  return { metadata: { ...metadata, annotations }, spec: { ...spec, template } };
}
