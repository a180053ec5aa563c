import assert from "node:assert/strict";
import { parseAllDocuments, stringify } from "yaml";
import { type ManifestObject, type Manifests, readManifests } from "../../../src/cli/simulate/manifests.ts";

function read(text: string): Manifests {
  return readManifests([{ path: "m.yaml", text }]);
}

const POD = "containers: [{ name: a, image: i, resources: { requests: { cpu: 1, memory: 1Gi } } }]";

/** A Deployment that is right; keys of its spec or of its pods are added, and a later one replaces. */
function deployment({ name = "web", metadata = "", spec = "", pod = POD } = {}): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}${metadata === "" ? "" : `, ${metadata}`} }
spec:
  selector: { matchLabels: { app: web } }
  template: { metadata: { labels: { app: web } }, spec: { ${pod} } }
  ${spec}
`;
}

function problemsOf(text: string): readonly string[] {
  return read(text).problems;
}

const WHERE = "m.yaml, document 1 (Deployment default/web): ";
const TEXT = 'has to be a text; true and numbers need quotes ("true")';
const QUANTITY = 'has to be a Kubernetes quantity such as "500m", "2", "512Mi" or "32Gi"';
const budget = (spec: string) =>
  `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: b }\nspec: { ${spec} }`;
const autoscaler = (spec: string) =>
  `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: h }\nspec: { ${spec} }`;

const PROBLEMS: readonly [name: string, text: string, problem: string][] = [
  ["an empty file", "", "m.yaml: holds no object"],
  ["comments only", "# one\n---\n# two\n", "m.yaml: holds no object"],
  ["an empty list", "apiVersion: v1\nkind: List\nitems: []", "m.yaml: holds no object"],
  [
    "broken YAML in the second document",
    `${deployment()}---\nkind: [\n`,
    "m.yaml, document 2, line 11: Flow sequence in block collection must be sufficiently indented and end with a ]",
  ],
  ["a key that is there twice", "kind: a\nkind: b\n", "m.yaml, document 1, line 2: Map keys must be unique"],
  [
    "a Helm template that is no YAML",
    "metadata:\n  name: a\n  {{- if .Values.x }}\nkind: b",
    "m.yaml, document 1, line 3: Implicit keys need to be on a single line",
  ],
  ["a text", "hello", "m.yaml, document 1: has to be a mapping with apiVersion, kind and metadata"],
  ["a list", "- kind: Service", "m.yaml, document 1: has to be a mapping with apiVersion, kind and metadata"],
  [
    "an item that is no object",
    "apiVersion: v1\nkind: List\nitems: [5]",
    "m.yaml, document 1: items[0] is 5, has to be a mapping with apiVersion, kind and metadata",
  ],
  [
    "no kind",
    "apiVersion: v1\nmetadata: { name: a }",
    'm.yaml, document 1: kind is missing, has to be a kind such as "Deployment"',
  ],
  [
    "no apiVersion",
    "kind: Service\nmetadata: { name: a }",
    'm.yaml, document 1: apiVersion is missing, has to be a version such as "apps/v1"',
  ],
  [
    "no name",
    "apiVersion: v1\nkind: Service\nmetadata: { generateName: a- }",
    "m.yaml, document 1: metadata.name is missing, has to be the name of the object",
  ],
  [
    "no name in a list of one kind",
    "apiVersion: apps/v1\nkind: DeploymentList\nitems: [{ metadata: {} }]",
    "m.yaml, document 1: items[0].metadata.name is missing, has to be the name of the object",
  ],
  [
    "a namespace that cannot be",
    deployment({ metadata: "namespace: A_b" }),
    'm.yaml, document 1: metadata.namespace is "A_b", has to be a DNS label',
  ],
  [
    "a version that is served no more",
    deployment().replace("apps/v1", "extensions/v1beta1"),
    `${WHERE}apiVersion is "extensions/v1beta1", has to be apps/v1: Kubernetes serves no other now`,
  ],
  [
    "a label that is no text",
    deployment({ metadata: "labels: { spotalis.io/enabled: true }" }),
    `${WHERE}metadata.labels["spotalis.io/enabled"] is true, ${TEXT}`,
  ],
  [
    "an annotation that is no text",
    deployment({ metadata: "annotations: { spotalis.io/spot-percentage: 70 }" }),
    `${WHERE}metadata.annotations["spotalis.io/spot-percentage"] is 70, ${TEXT}`,
  ],
  [
    "replicas in words",
    deployment({ spec: "replicas: many" }),
    `${WHERE}spec.replicas is "many", has to be an integer from 0`,
  ],
  [
    "no spec",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }",
    `${WHERE}spec is missing, has to be a mapping`,
  ],
  [
    "no container",
    deployment({ pod: "containers: []" }),
    `${WHERE}spec.template.spec.containers is [], has to hold a container`,
  ],
  [
    "no image",
    deployment({ pod: "containers: [{ name: a }]" }),
    `${WHERE}spec.template.spec.containers[0].image is missing, has to be a text`,
  ],
  [
    "a quantity that is none",
    deployment({ pod: "containers: [{ name: a, image: i, resources: { requests: { cpu: lots } } }]" }),
    `${WHERE}spec.template.spec.containers[0].resources.requests.cpu is "lots", ${QUANTITY}`,
  ],
  [
    "a toleration of an effect that is none",
    deployment({ pod: `${POD}, tolerations: [{ key: a, effect: Never }]` }),
    `${WHERE}spec.template.spec.tolerations[0].effect is "Never", has to be NoSchedule or PreferNoSchedule or NoExecute`,
  ],
  [
    "a strategy that is none",
    deployment({ spec: "strategy: { type: Sideways }" }),
    `${WHERE}spec.strategy.type is "Sideways", has to be RollingUpdate or Recreate`,
  ],
  [
    "a selector that selects other pods",
    deployment().replace("labels: { app: web }", "labels: { app: wep }"),
    `${WHERE}spec.template.metadata.labels is {"app":"wep"}, has to match spec.selector`,
  ],
  [
    "a selector that selects all",
    deployment().replace("matchLabels: { app: web }", "matchLabels: {}"),
    `${WHERE}spec.selector is {"matchLabels":{}}, has to select something`,
  ],
  [
    "a budget of a share beyond measure",
    budget('minAvailable: "half"'),
    'm.yaml, document 1 (PodDisruptionBudget default/b): spec.minAvailable is "half", ' +
    'has to be an integer from 0, or a share such as "25%"',
  ],
  [
    "a budget of two kinds",
    budget("minAvailable: 1, maxUnavailable: 1"),
    "m.yaml, document 1 (PodDisruptionBudget default/b): spec.maxUnavailable is 1, may not be given beside minAvailable",
  ],
  [
    "an autoscaler whose limits are crossed",
    autoscaler("scaleTargetRef: { kind: Deployment, name: web }, minReplicas: 5, maxReplicas: 3"),
    "m.yaml, document 1 (HorizontalPodAutoscaler default/h): spec.maxReplicas is 3, has to be at least minReplicas (5)",
  ],
  [
    "an autoscaler of nothing",
    autoscaler("maxReplicas: 3"),
    "m.yaml, document 1 (HorizontalPodAutoscaler default/h): spec.scaleTargetRef is missing, has to be a mapping",
  ],
  [
    "the same object twice",
    `${deployment()}---\n# nothing\n---\n${deployment({ metadata: "namespace: default" })}`,
    "m.yaml, document 3 (Deployment default/web): is there twice: it is also m.yaml, document 1 (Deployment default/web)",
  ],
  [
    "nothing that runs",
    "apiVersion: v1\nkind: Service\nmetadata: { name: a }\n---\napiVersion: x.io/v1\nkind: Rollout\nmetadata: { name: b }",
    "m.yaml: no Deployment or StatefulSet to simulate; what is there: Rollout, Service",
  ],
];

for (const [name, text, problem] of PROBLEMS) {
  Deno.test(`readManifests() refuses ${name}`, () => {
    const problems = problemsOf(text).filter((each) => !each.includes("looks like a template"));
    assert.deepEqual(problems, [problem]);
  });
}

Deno.test("readManifests() says that a template has to be rendered first, where it is in the way", () => {
  const hint = 'm.yaml: looks like a template; give what "helm template" makes of it instead';
  assert.ok(problemsOf(deployment({ name: "{{ .Values.name }}" })).includes(hint));
  assert.deepEqual(problemsOf(deployment({ metadata: 'annotations: { a: "{{ .Values.name }}" }' })), []);
});

Deno.test("readManifests() names all problems of all documents and files at once", () => {
  const problems = readManifests([
    { path: "a.yaml", text: deployment({ spec: "replicas: -1\n  paused: maybe" }) },
    { path: "-", text: `kind: [\n---\n${deployment({ name: "b", spec: "minReadySeconds: x" })}` },
    { path: "c.yaml", text: "" },
  ]).problems;
  assert.deepEqual(problems.map((each) => each.replace(/ is .*| must .*/, "")), [
    "standard input, document 1, line 2: Flow sequence in block collection",
    "c.yaml: holds no object",
    "a.yaml, document 1 (Deployment default/web): spec.replicas",
    "a.yaml, document 1 (Deployment default/web): spec.paused",
    "standard input, document 2 (Deployment default/b): spec.minReadySeconds",
  ]);
});

Deno.test("readManifests() without any file says that nothing is there", () => {
  assert.deepEqual(readManifests([]).problems, ["no Deployment or StatefulSet to simulate"]);
});

function one(text: string): ManifestObject {
  const { objects, problems } = read(text);
  assert.deepEqual(problems, []);
  assert.equal(objects.length, 1);
  return objects[0]!;
}

Deno.test("readManifests() takes JSON, CRLF, merge keys and lists for what they are", () => {
  const json = parseAllDocuments(deployment())[0]!.toJS();
  const expected = one(deployment()).object;
  assert.deepEqual(one(JSON.stringify(json, null, "\t")).object, expected);
  assert.deepEqual(one(`\ufeff${deployment().replaceAll("\n", "\r\n")}`).object, expected);
  assert.deepEqual(one(stringify({ apiVersion: "v1", kind: "List", items: [json] })).object, expected);
  const { apiVersion: _version, kind: _kind, ...bare } = json;
  assert.deepEqual(
    one(stringify({ apiVersion: "apps/v1", kind: "DeploymentList", items: [bare] })).object,
    expected,
  );
  const merged = deployment({ metadata: "labels: { <<: &base { a: b } }" });
  assert.deepEqual(one(merged).object["metadata"], { name: "web", namespace: "default", labels: { a: "b" } });
});

Deno.test("readManifests() leaves out status, nulls and what the server wrote", () => {
  const { object } = one(`${
    deployment({
      metadata: "namespace: shop, uid: u, resourceVersion: '1', generation: 3, creationTimestamp: x, " +
        "managedFields: [{}], selfLink: /x, labels: { a: null }, finalizers: [f], annotations: " +
        "{ deployment.kubernetes.io/revision: '3', kubectl.kubernetes.io/last-applied-configuration: '{}' }",
      pod: `${POD}, nodeSelector: null, nodeName: n, schedulingGates: [{ name: g }]`,
      spec: "replicas: null",
    })
  }status: { replicas: 3 }\n`);
  assert.deepEqual(object, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", labels: { a: "" } },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          containers: [{ name: "a", image: "i", resources: { requests: { cpu: 1, memory: "1Gi" } } }],
        },
      },
    },
  });
});

const REQUESTS: readonly [resources: string, cpu: unknown, memory: unknown, assumption?: string][] = [
  ["{ requests: { cpu: 1, memory: 1Gi } }", 1, "1Gi"],
  ["{ limits: { cpu: 2, memory: 2Gi } }", 2, "2Gi"],
  ["{ requests: { cpu: 1 }, limits: { cpu: 2, memory: 2Gi } }", 1, "2Gi"],
  ["{ requests: { cpu: 0, memory: 1Gi } }", 0, "1Gi"],
  ["{ requests: { cpu: 1 } }", 1, "128Mi", "memory are taken to ask for 128Mi"],
  ["{}", "100m", "128Mi", "cpu or memory are taken to ask for 100m and 128Mi"],
];

for (const [resources, cpu, memory, assumption] of REQUESTS) {
  Deno.test(`readManifests() has a container of ${resources} ask for ${cpu} and ${memory}`, () => {
    const { objects, assumptions } = read(
      deployment({ pod: `containers: [{ name: a, image: i, resources: ${resources} }]` }),
    );
    const { spec } = objects[0]!.object as {
      spec: { template: { spec: { containers: { resources: unknown }[] } } };
    };
    const { requests } = spec.template.spec.containers[0]!.resources as { requests: unknown };
    assert.deepEqual(requests, { cpu, memory });
    assert.deepEqual(
      assumptions,
      assumption === undefined ? [] : [`Containers that ask for no ${assumption}: Deployment default/web (a).`],
    );
  });
}
