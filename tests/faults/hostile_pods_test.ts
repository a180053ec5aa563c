import assert from "node:assert/strict";
import { podPatch } from "../../src/domain/pod_patch.ts";
import type { Placement } from "../../src/domain/placement.ts";
import { admissionScene, post, reviewOf } from "../operator/admission_scene.ts";
import { deploymentObject, newPod, ownedBy, replicaSetObject } from "../operator/objects.ts";
import { classifierOf, type RulesName } from "../support/classifiers.ts";
import { applyPatch } from "../support/json_patch.ts";

const SPOT: Placement = { slot: 1, capacity: "spot", reason: "slot" };
const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

const NULLS: readonly Record<string, unknown>[] = [
  { nodeSelector: null, affinity: null, tolerations: null },
  { affinity: { nodeAffinity: null } },
  { affinity: { nodeAffinity: { [REQUIRED]: null } } },
  { affinity: { nodeAffinity: { [REQUIRED]: { nodeSelectorTerms: null } } } },
  { affinity: { nodeAffinity: { [REQUIRED]: { nodeSelectorTerms: [] } } } },
  { affinity: { nodeAffinity: { [REQUIRED]: { nodeSelectorTerms: [{ matchExpressions: null }] } } } },
];

for (const rules of ["karpenter", "exact", "absence", "either"] satisfies RulesName[]) {
  Deno.test(`fault 43: podPatch() by ${rules} rules applies where parents are null or empty`, () => {
    for (const spec of NULLS) {
      for (const capacity of ["spot", "on-demand"] as const) {
        const pod = { metadata: { labels: null, annotations: null }, spec };
        const patch = podPatch(pod, { ...SPOT, capacity }, {
          classifier: classifierOf(rules),
          deletionCost: true,
        });
        const patched = applyPatch(pod, patch) as typeof pod;
        assert.deepEqual(patched.metadata.labels, { "spotalis.io/capacity": capacity }, JSON.stringify(spec));
      }
    }
  });
}

Deno.test("fault 43: podPatch() adds its requirement to each of a hundred terms, since they are OR-ed", () => {
  const zone = (i: number) => ({ key: "zone", operator: "In", values: [`z${i}`] });
  const terms = Array.from({ length: 100 }, (_, i) => ({ matchExpressions: [zone(i)] }));
  const pod = {
    metadata: {},
    spec: { affinity: { nodeAffinity: { [REQUIRED]: { nodeSelectorTerms: terms } } } },
  };
  const patch = podPatch(pod, { ...SPOT, capacity: "on-demand" }, {
    classifier: classifierOf("karpenter"),
    deletionCost: true,
  });
  // deno-lint-ignore no-explicit-any
  const { spec } = applyPatch(pod, patch) as any;
  const patched = spec.affinity.nodeAffinity[REQUIRED].nodeSelectorTerms;
  assert.equal(patched.length, 100);
  for (const [i, { matchExpressions }] of patched.entries()) {
    assert.deepEqual(matchExpressions.slice(0, 1), [zone(i)]);
    assert.equal(matchExpressions[1].key, "karpenter.sh/capacity-type");
  }
});

Deno.test("fault 46: pods without a name and a namespace of their own are told apart by uid and owner", async () => {
  const scene = admissionScene({ workload: { replicas: 4 } });
  scene.addDeployment(deploymentObject({ name: "api" }));
  scene.addReplicaSet(replicaSetObject({ name: "api-1", owner: ownedBy("Deployment", "api") }));
  const nameless = { name: "", generateName: "same-" };
  const web = newPod({ metadata: nameless });
  const api = newPod({ owner: ownedBy("ReplicaSet", "api-1"), metadata: nameless });
  const placed: string[] = [];
  for (const pod of [web, api, web, api]) placed.push((await scene.ask(pod)).placed);
  assert.deepEqual(placed, ["on-demand 0", "on-demand 0", "spot 1", "spot 1"], "each owner has its own count");
  const again = await scene.ask(web, { uid: "review-1" });
  assert.equal(again.placed, "on-demand 0", "the same uid is the same pod");
  assert.equal(scene.reserved().length, 2);
});

Deno.test("fault 36: webhook takes numbers of any size for what they are", async () => {
  const scene = admissionScene({ workload: { replicas: 9 } });
  const pod = newPod({ spec: { terminationGracePeriodSeconds: "@", containers: [{ ports: ["@"] }] } });
  for (const number of ["1e999", "-1e999", "1".repeat(400), "0.1e-999", "9007199254740993"]) {
    const body = JSON.stringify(reviewOf(pod, { uid: number.slice(0, 20) })).replaceAll('"@"', number);
    const response = await scene.handler(post(body));
    assert.equal(response.status, 200, number.slice(0, 20));
    assert.equal((await response.json()).response.allowed, true);
  }
});
