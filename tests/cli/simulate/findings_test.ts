import assert from "node:assert/strict";
import { type FindingsInput, findingsOf } from "../../../src/cli/simulate/findings.ts";
import { documents, simulationOf, workload, type WorkloadOptions } from "./simulations.ts";

const KARPENTER = "karpenter.sh/capacity-type";
const group = (labels = "") =>
  `{ name: g, labels: { ${labels} }, nodes: 2, cpu: 4, memory: 8Gi, pricePerHour: 1 }`;
const SPOT = group(`${KARPENTER}: spot`);
const ON_DEMAND = group(`${KARPENTER}: on-demand`).replace("name: g", "name: h");
const BOTH = `nodeGroups: [${SPOT}, ${ON_DEMAND}]`;

function found(manifests: string, { scenario = BOTH, config = "" } = {}): string[] {
  const { objects, ...rest } = simulationOf({ manifests, scenario, config });
  const input: FindingsInput = { objects, ...rest, scenarioFile: "s.yaml" };
  return findingsOf(input).map(({ file, document, object, path, why }) =>
    `${file} ${document} ${object}: ${path === "" ? "" : `${path}: `}${why}`
  );
}

const HALF = { policy: { "spot-percentage": "50" } };
const NO_ANNOTATION =
  "No annotation that the operator reads: passed over. Those are spotalis.io/spot-percentage, " +
  "spotalis.io/min-on-demand, spotalis.io/disruption-schedule, spotalis.io/disruption-duration, spotalis.io/spot-fallback.";
const CLASSIFIER = "by the operator's nodeClassifier (preset karpenter)";
const WEB = "m.yaml 1 Deployment shop/web: ";

const FINDINGS: readonly [
  name: string,
  finding: string,
  of: { manifest: string; scenario?: string; config?: string },
][] = [
  [
    "an invalid value",
    `${WEB}metadata: Left alone, since its policy is invalid: spotalis.io/spot-percentage on the ` +
    'workload is "half", allowed is an integer from 0 to 100, such as "70" or "70%".',
    {
      manifest: workload("web", { policy: { "spot-percentage": "half" } }),
    },
  ],
  [
    "half of a window",
    `${WEB}metadata: Left alone, since its policy is invalid: spotalis.io/disruption-duration on ` +
    'the workload is "2h", allowed is a window of both keys; spotalis.io/disruption-schedule is missing.',
    {
      manifest: workload("web", { policy: { "disruption-duration": "2h" } }),
    },
  ],
  [
    "a policy without the label",
    `${WEB}metadata.labels: Left alone, though it has a policy: no label spotalis.io/enabled=true; if it is on its namespace, give that as well.`,
    {
      manifest: workload("web", HALF).replace('{"spotalis.io/enabled":"true"}', "{}"),
    },
  ],
  [
    "the label as an annotation",
    `${WEB}metadata.annotations["spotalis.io/enabled"]: Passed over: the operator reads it as a label.`,
    {
      manifest: workload("web", { policy: { enabled: "true" } }),
    },
  ],
  [
    "an annotation of the wrong name",
    `${WEB}metadata.annotations["spotalis.io/spot-percent"]: ${NO_ANNOTATION}`,
    {
      manifest: workload("web", { policy: { "spot-percent": "50" } }),
    },
  ],
  [
    "the annotation as a label",
    `${WEB}metadata.labels["spotalis.io/spot-percentage"]: No label that the operator reads, ` +
    "which is spotalis.io/enabled: passed over.",
    {
      manifest: workload("web", HALF).replace(
        '"spotalis.io/enabled":',
        '"spotalis.io/spot-percentage":"50","spotalis.io/enabled":',
      ),
    },
  ],
  [
    "a policy in the template",
    `${WEB}spec.template.metadata.labels["spotalis.io/enabled"]: Passed over: the operator reads it ` +
    "on the workload itself.",
    {
      manifest: workload("web").replace(
        '"template":{"metadata":{"labels":{',
        '"template":{"metadata":{"labels":{"spotalis.io/enabled":"true",',
      ),
    },
  ],
  [
    "a namespace out of scope",
    `${WEB}metadata.namespace: Left alone, though it asks to be managed: the operator's ` +
    "configuration leaves its namespace out.",
    {
      manifest: workload("web", HALF),
      config: "controllers: { watchNamespaces: [other] }",
    },
  ],
  [
    "pods on spot without spot nodes",
    `${WEB}metadata.annotations: 2 of 4 pods belong on spot nodes, but no node group is ` +
    `spot ${CLASSIFIER}.`,
    { manifest: workload("web", HALF), scenario: `nodeGroups: [${ON_DEMAND}]` },
  ],
  [
    "pods on demand without nodes",
    `${WEB}metadata.annotations: 2 of 4 pods belong on on-demand nodes, but no node group is ` +
    `on-demand ${CLASSIFIER}.`,
    { manifest: workload("web", HALF), scenario: `nodeGroups: [${SPOT}]` },
  ],
  [
    "pods on spot once a curve has them",
    `${WEB}metadata.annotations: 5 of 10 pods belong on spot nodes, but no node group is ` +
    `spot ${CLASSIFIER}.`,
    {
      manifest: workload("web", { ...HALF, replicas: 1 }),
      scenario:
        `nodeGroups: [${ON_DEMAND}]\ncurves: [{ workload: Deployment shop/web, points: [{ at: 1h, replicas: 10 }] }]`,
    },
  ],
  [
    "a group that is of no kind",
    `s.yaml 1 node group g: nodeGroups[0].labels: Neither spot nor on-demand ${CLASSIFIER}: pods ` +
    "on its nodes count as neither.",
    {
      manifest: workload("web", { policy: { "spot-percentage": "0" }, replicas: 0 }),
      scenario: `nodeGroups: [${group("a: b")}, ${ON_DEMAND}]`,
    },
  ],
  ["a pod that is too large", `${WEB}spec.template.spec: Its pods ask for more than a node of any group has.`, {
    manifest: workload("web", {
      pod: { containers: [{ name: "a", image: "i", resources: { requests: { cpu: 5, memory: "1Gi" } } }] },
    }),
  }],
];

for (const [name, finding, { manifest, ...options }] of FINDINGS) {
  Deno.test(`findingsOf() finds ${name}`, () => {
    assert.deepEqual(found(manifest, options), [finding]);
  });
}

const budget = (name: string, selector: string) =>
  `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: ${name}, namespace: shop }\nspec: { maxUnavailable: 1, selector: ${selector} }`;

Deno.test("findingsOf() finds two budgets of one workload", () => {
  const selectors = ["{ matchLabels: { app: web } }", "{ matchLabels: { app: api } }", "{}"];
  const manifests = documents(
    workload("web", HALF),
    ...selectors.map((selector, i) => budget(`b${i}`, selector)),
  );
  assert.deepEqual(found(manifests), [
    `${WEB}Two budgets guard its pods (b0 and b2): the API server then lets nothing be evicted.`,
  ]);
});

Deno.test("findingsOf() reads the keys of a namespace as well", () => {
  const namespace = (keys: string) => `apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, ${keys} }`;
  const right = 'labels: { spotalis.io/enabled: "true" }, annotations: { spotalis.io/min-on-demand: "1" }';
  assert.deepEqual(found(documents(namespace(right), workload("web"))), []);
  assert.deepEqual(
    found(documents(namespace('annotations: { spotalis.io/enabled: "true" }'), workload("web"))),
    [
      'm.yaml 1 Namespace shop: metadata.annotations["spotalis.io/enabled"]: Passed over: the operator reads it as a label.',
    ],
  );
});

const FINE: readonly WorkloadOptions[] = [
  {},
  HALF,
  { policy: { "spot-percentage": "70%", "min-on-demand": "1", "spot-fallback": "off" } },
  { kind: "StatefulSet", policy: { "disruption-schedule": "0 2 * * *", "disruption-duration": "2h" } },
];

for (const options of FINE) {
  Deno.test(`findingsOf() finds nothing in a workload of ${JSON.stringify(options)}`, () => {
    assert.deepEqual(found(documents(workload("web", options), budget("b", "{}"))), []);
  });
}
