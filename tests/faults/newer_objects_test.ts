import assert from "node:assert/strict";
import { NodeClassifier } from "../../src/domain/node_classifier.ts";
import { PRESETS } from "../../src/domain/presets.ts";
import { Interner } from "../../src/kube/interner.ts";
import type { KubeObject } from "../../src/kube/objects.ts";
import { Projections } from "../../src/operator/projections.ts";
import { admissionScene } from "../operator/admission_scene.ts";
import {
  budgetObject,
  deploymentObject,
  namespaceObject,
  newPod,
  nodeObject,
  podObject,
  replicaSetObject,
  statefulSetObject,
} from "../operator/objects.ts";
import { pathOf, reconcilerScene } from "../operator/reconciler_scene.ts";

const projections = new Projections({
  interner: new Interner(),
  classifier: new NodeClassifier(PRESETS.karpenter),
});

/** What a later version of the API may add anywhere. */
const NEWER = { futureField: { nested: [1, null, "x"] }, anotherOne: null };

// deno-lint-ignore no-explicit-any
function newer({ metadata, spec, status }: any): KubeObject {
  const conditions = [...status?.conditions ?? [], { type: "FutureCondition", status: "True", ...NEWER }];
  return {
    ...NEWER,
    metadata: { ...metadata, ...NEWER, managedFields: [NEWER] },
    ...spec && { spec: { ...spec, ...NEWER } },
    ...status && { status: { ...status, ...NEWER, conditions } },
  };
}

const OBJECTS = {
  pod: podObject("web-1-a", { slot: 1, placed: "spot", nodeName: "spot-1" }),
  node: nodeObject("spot-1"),
  namespace: namespaceObject("shop"),
  deployment: deploymentObject(),
  statefulSet: statefulSetObject(),
  replicaSet: replicaSetObject(),
  budget: budgetObject("limit"),
};

for (const [kind, object] of Object.entries(OBJECTS)) {
  Deno.test(`fault 68: a ${kind} with fields of a newer API is read as one without`, () => {
    const project = projections[kind as keyof typeof OBJECTS];
    assert.deepEqual(project(newer(object)), project(object as KubeObject));
  });

  Deno.test(`fault 68: a ${kind} of which only the metadata came is no error, and nothing is made up of it`, () => {
    const { metadata } = object;
    const partial = { apiVersion: "meta.k8s.io/v1", kind: "PartialObjectMetadata", metadata };
    const read: object = projections[kind as keyof typeof OBJECTS](partial as KubeObject)!;
    const shown = read as Record<string, unknown>;
    assert.equal(shown["name"], metadata["name"]);
    for (const [field, none] of Object.entries({ isReady: false, disruptionsAllowed: 0, ready: 0, total: 0 })) {
      if (field in shown) assert.equal(shown[field], none, field);
    }
  });
}

Deno.test("fault 68: admission leaves fields that it does not know where they are", async () => {
  const { pod: patched } = await admissionScene().ask(newPod({ metadata: NEWER, spec: NEWER }));
  assert.deepEqual(patched.metadata.futureField, NEWER.futureField);
  assert.deepEqual(patched.spec.futureField, NEWER.futureField);
  assert.equal(patched.metadata.labels["spotalis.io/capacity"], "on-demand");
});

Deno.test("fault 68: an eviction names a pod, and writes back nothing of it", async () => {
  const scene = reconcilerScene();
  scene.addPod(newer(podObject("web-2", { slot: 2, placed: "spot", nodeName: "spot-1" })) as never);
  await scene.reconcile();
  assert.deepEqual(scene.transport.requests.map(({ method, body }) => [method, body]), [["POST", {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { namespace: "shop", name: "web-2" },
    deleteOptions: { preconditions: { uid: "uid-web-2" } },
  }]]);
  assert.equal(pathOf("web-2"), new URL(scene.transport.requests[0]!.url).pathname);
});
