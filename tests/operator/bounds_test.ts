import assert from "node:assert/strict";
import { NodeClassifier } from "../../src/domain/node_classifier.ts";
import { parsePolicy } from "../../src/domain/policy.ts";
import { PRESETS } from "../../src/domain/presets.ts";
import { Interner } from "../../src/kube/interner.ts";
import { Projections } from "../../src/operator/projections.ts";
import { budgetObject, deploymentObject, namespaceObject, podObject, statefulSetObject } from "./objects.ts";

const projections = new Projections({
  interner: new Interner(),
  classifier: new NodeClassifier(PRESETS.karpenter),
});
const many = (count: number) => Array.from({ length: count }, (_, i) => `k${i}`);
/** As much as the API takes: 1.5 MiB an object, 256 KiB of annotations. */
const LABELS = Object.fromEntries(many(60_000).map((key) => [key, "value"]));
const ANNOTATIONS = {
  "spotalis.io/spot-percentage": "7".repeat(200_000),
  "spotalis.io/disruption-schedule": `0 2 * * ${"1,".repeat(10_000)}1`,
  ...Object.fromEntries(many(2_000).map((key) => [`spotalis.io/${key}`, "x".repeat(20)])),
};
const NODES = {
  nodeSelector: LABELS,
  tolerations: many(20_000).map((key) => ({ key, operator: "Exists" })),
};
const KEPT_BYTES = 20_000;

for (
  const [what, kept] of [
    [
      "a pod",
      () => projections.pod(podObject("web-0", { labels: LABELS, annotations: ANNOTATIONS, spec: NODES })),
    ],
    [
      "a Deployment",
      () =>
        projections.deployment(deploymentObject({
          labels: LABELS,
          annotations: ANNOTATIONS,
          spec: { template: { metadata: { labels: LABELS }, spec: NODES } },
        })),
    ],
    [
      "a StatefulSet",
      () => projections.statefulSet(statefulSetObject({ labels: LABELS, annotations: ANNOTATIONS })),
    ],
    [
      "a namespace",
      () => projections.namespace(namespaceObject("shop", { labels: LABELS, annotations: ANNOTATIONS })),
    ],
    ["a budget", () => projections.budget(budgetObject("b", { selector: { matchLabels: LABELS } }))],
  ] as const
) {
  Deno.test(`Projections keeps little of ${what} that is as large as the API takes`, () => {
    const bytes = JSON.stringify(kept()).length;
    assert.ok(bytes < KEPT_BYTES, `${bytes} bytes`);
  });
}

Deno.test("Projections makes no value of an annotation valid by cutting it", () => {
  const { annotations, labels } = projections.deployment(deploymentObject({ annotations: ANNOTATIONS }));
  const policy = parsePolicy({ labels, annotations }, { labels: {}, annotations: {} });
  assert.equal(policy.kind, "invalid");
});

Deno.test("Projections keeps labels and selectors of a usual size as they are", () => {
  const labels = Object.fromEntries(many(256).map((key) => [key, "value"]));
  assert.equal(Object.keys(projections.pod(podObject("web-0", { labels }))!.labels).length, 256);
  const selector = { matchExpressions: [{ key: "a", operator: "In", values: many(999) }] };
  assert.deepEqual(projections.budget(budgetObject("b", { selector })).selector, selector);
});
