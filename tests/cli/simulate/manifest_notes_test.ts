import assert from "node:assert/strict";
import { readManifests } from "../../../src/cli/simulate/manifests.ts";

const POD = "containers: [{ name: a, image: i, resources: { requests: { cpu: 1, memory: 1Gi } } }]";
const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template: { metadata: { labels: { app: web } }, spec: { ${POD} } }
`;

function notesOf(text: string): string[] {
  const { problems, notes } = readManifests([{ path: "m.yaml", text }]);
  assert.deepEqual(problems, []);
  return notes.map(({ document, object, path, why }) =>
    `${document} ${object}: ${path === "" ? "" : `${path}: `}${why}`
  );
}

Deno.test("readManifests() has nothing to note where all is simulated", () => {
  assert.deepEqual(notesOf(WEB), []);
});

const NO_EFFECT = "Has no effect on where pods run.";
const VOLUMES = "Volumes are not simulated: a real one can hold its pods to the zone of its disk.";
const NODES = "Not used: the nodes are those of the scenario's nodeGroups.";

const KINDS: readonly [apiVersion: string, kind: string, why: string][] = [
  ["v1", "Service", NO_EFFECT],
  ["v1", "ServiceAccount", NO_EFFECT],
  ["v1", "Secret", NO_EFFECT],
  ["rbac.authorization.k8s.io/v1", "ClusterRole", NO_EFFECT],
  ["networking.k8s.io/v1", "Ingress", NO_EFFECT],
  ["networking.k8s.io/v1", "NetworkPolicy", NO_EFFECT],
  ["apiextensions.k8s.io/v1", "CustomResourceDefinition", NO_EFFECT],
  ["monitoring.coreos.com/v1", "ServiceMonitor", NO_EFFECT],
  ["cert-manager.io/v1", "Certificate", NO_EFFECT],
  ["apps/v1", "DaemonSet", "Not simulated: its pods would take room on every node, so nodes hold more here."],
  [
    "apps/v1",
    "ReplicaSet",
    "Not simulated: its pods are missing; a Deployment in its place would be simulated.",
  ],
  ["v1", "Pod", "Not simulated: it would take room on one node, and nothing would replace it."],
  ["batch/v1", "Job", "Not simulated: its pods would take room while they run."],
  ["batch/v1", "CronJob", "Not simulated: its pods would take room while they run."],
  ["v1", "PersistentVolumeClaim", VOLUMES],
  ["storage.k8s.io/v1", "StorageClass", VOLUMES],
  ["v1", "ResourceQuota", "Not enforced: a real one can refuse pods."],
  ["v1", "LimitRange", "Not applied: a real one sets or bounds what containers ask for."],
  ["scheduling.k8s.io/v1", "PriorityClass", "No pod preempts another here."],
  [
    "autoscaling.k8s.io/v1",
    "VerticalPodAutoscaler",
    "Not simulated: what containers ask for stays as written, and it evicts nothing.",
  ],
  ["argoproj.io/v1alpha1", "Rollout", "Not simulated: its pods are missing."],
  [
    "keda.sh/v1alpha1",
    "ScaledObject",
    "Not simulated: replicas stay as written, or follow the scenario's curves.",
  ],
  [
    "monitoring.coreos.com/v1",
    "Prometheus",
    "Not simulated: its operator does not run here, and the pods that it would make are missing.",
  ],
  ["v1", "Node", NODES],
  ["karpenter.sh/v1", "NodePool", NODES],
  [
    "admissionregistration.k8s.io/v1",
    "MutatingWebhookConfiguration",
    "Not called: in a real cluster it can change or refuse pods.",
  ],
  ["example.com/v1", "Service", "Not known here: if something makes pods of it, they are missing."],
  ["example.com/v1", "toString", "Not known here: if something makes pods of it, they are missing."],
];

for (const [apiVersion, kind, why] of KINDS) {
  Deno.test(`readManifests() notes that a ${kind} of ${apiVersion} is left out`, () => {
    const text = `${WEB}---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: x, namespace: n }\n`;
    assert.deepEqual(notesOf(text), [`2 ${kind} n/x: ${why}`]);
  });
}

const READY = "Not run: a pod is ready once the scenario's pods.startup has passed.";
const HOOK = "Not run: pods here start and end as if there were none.";
const VOLUME = "Volumes are not simulated: a real one can hold the pod to the zone of its disk.";
const PORT = "Not simulated: pods that need the same port of a node can share one here.";
const APART = "Not simulated: pods that are to be kept apart can share a node here.";
const DEVICES = "Not simulated: nodes have no devices, and pods start without them.";
const SUM = "Not counted: the pod asks for what its containers ask for.";
const UNKNOWN = "No field that is known here: passed over.";

/** What is added to the pod, to its only container, and the path inside of the pod with its sentence. */
const FIELDS: readonly [pod: string, container: string, path?: string, why?: string][] = [
  ["terminationGracePeriodSeconds: 5, restartPolicy: Always, dnsPolicy: Default", "command: [x]"],
  ["tolerations: [{ operator: Exists }], nodeSelector: { a: b }", "env: [], imagePullPolicy: Always"],
  ["affinity: { nodeAffinity: { } }", "volumeMounts: [], securityContext: {}"],
  [
    "volumes: [{ name: a, emptyDir: {} }, { name: b, configMap: { name: c } }]",
    "ports: [{ containerPort: 80 }]",
  ],
  ["schedulerName: default-scheduler, hostNetwork: false", "tty: true"],
  [
    "volumes: [{ name: a, persistentVolumeClaim: { claimName: b } }]",
    "",
    "volumes[*].persistentVolumeClaim",
    VOLUME,
  ],
  ["volumes: [{ name: a, ephemeral: {} }]", "", "volumes[*].ephemeral", VOLUME],
  [
    "initContainers: [{ name: a, image: i }]",
    "",
    "initContainers",
    "Not run: how long pods take to start is the scenario's pods.startup.",
  ],
  ["", "ports: [{ containerPort: 80, hostPort: 80 }]", "containers[*].ports[*].hostPort", PORT],
  ["hostNetwork: true", "", "hostNetwork", PORT],
  ["affinity: { podAntiAffinity: {} }", "", "affinity.podAntiAffinity", APART],
  [
    "affinity: { podAffinity: {} }",
    "",
    "affinity.podAffinity",
    "Not simulated: where other pods are makes no difference here.",
  ],
  ["topologySpreadConstraints: [{ maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway }]", ""],
  [
    "topologySpreadConstraints: [{ maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule }]",
    "",
    "topologySpreadConstraints[*].whenUnsatisfiable",
    "Counts as a wish here: pods are spread, but never held back for it.",
  ],
  ["priorityClassName: high", "", "priorityClassName", "Not simulated: no pod preempts another here."],
  [
    "runtimeClassName: gvisor",
    "",
    "runtimeClassName",
    "Not applied: a real one can add to what the pod asks for, and choose nodes.",
  ],
  ["schedulerName: mine", "", "schedulerName", "Not simulated: the one scheduler here places all pods."],
  ["nodeName: n", "", "nodeName", "Passed over: the scheduler finds a node for each pod."],
  ["schedulingGates: [{ name: g }]", "", "schedulingGates", "Passed over: pods are scheduled at once."],
  ["overhead: { cpu: 1 }", "", "overhead", SUM],
  ["resourceClaims: [{ name: a }]", "", "resourceClaims", DEVICES],
  [
    "readinessGates: [{ conditionType: x }]",
    "",
    "readinessGates",
    "Not simulated: pods are ready without them.",
  ],
  ["", "readinessProbe: {}", "containers[*].readinessProbe", READY],
  ["", "startupProbe: {}", "containers[*].startupProbe", READY],
  ["", "livenessProbe: {}", "containers[*].livenessProbe", "Not run: containers do not fail here."],
  ["", "lifecycle: { preStop: {} }", "containers[*].lifecycle.preStop", HOOK],
  [
    "",
    "resources: { requests: { cpu: 1, memory: 1Gi, nvidia.com/gpu: 1 } }",
    "containers[*].resources.requests.nvidia.com/gpu",
    "Not counted: nodes have cpu, memory and room for a number of pods.",
  ],
  ["tolerance: []", "", "tolerance", UNKNOWN],
  ["", "imagee: x", "containers[*].imagee", UNKNOWN],
];

for (const [pod, container, path, why] of FIELDS) {
  Deno.test(`readManifests() has ${path === undefined ? "no note" : "a note"} on ${pod || container}`, () => {
    const resources = container.includes("resources:")
      ? ""
      : ", resources: { requests: { cpu: 1, memory: 1Gi } }";
    const own = `containers: [{ name: a, image: i${resources}${container === "" ? "" : `, ${container}`} }]`;
    const text = WEB.replace(POD, pod === "" ? own : `${own}, ${pod}`);
    assert.deepEqual(
      notesOf(text),
      path === undefined ? [] : [`1 Deployment default/web: spec.template.spec.${path}: ${why}`],
    );
  });
}

Deno.test("readManifests() notes a part of an object once, however many containers have it", () => {
  const pod =
    "containers: [{ name: a, image: i, readinessProbe: {} }, { name: b, image: i, readinessProbe: {} }]";
  assert.equal(notesOf(WEB.replace(POD, pod)).length, 1);
});

Deno.test("readManifests() notes volumes of a StatefulSet, unknown fields, and owners that do not act here", () => {
  const text = WEB.replace("Deployment", "StatefulSet").replace(
    "name: web }",
    "name: web, nmespace: a, ownerReferences: [{ kind: App, name: x, controller: true }] }",
  ) +
    "  volumeClaimTemplates: []\n  replica: 3\n";
  assert.deepEqual(notesOf(text), [
    "1 StatefulSet default/web: metadata.ownerReferences: App x does nothing here: passed over.",
    `1 StatefulSet default/web: metadata.nmespace: ${UNKNOWN}`,
    `1 StatefulSet default/web: spec.volumeClaimTemplates: ${VOLUME}`,
    `1 StatefulSet default/web: spec.replica: ${UNKNOWN}`,
  ]);
});

Deno.test("readManifests() notes whose pods and ReplicaSets of a live cluster are passed over, and what is being deleted", () => {
  const owned = (kind: string, owner: string) =>
    `---\napiVersion: ${kind === "Pod" ? "v1" : "apps/v1"}\nkind: ${kind}\n` +
    `metadata: { name: x, namespace: n, ownerReferences: [{ kind: ${owner}, name: web, controller: true }] }\n`;
  const going = WEB.replace("name: web }", 'name: old, deletionTimestamp: "2026-01-01T00:00:00Z" }');
  assert.deepEqual(
    notesOf(`${WEB}${owned("ReplicaSet", "Deployment")}${owned("Pod", "ReplicaSet")}---\n${going}`),
    [
      "2 ReplicaSet n/x: Made by its owner; here only the Deployments and StatefulSets of the input make pods.",
      "3 Pod n/x: Made by its owner; here only the Deployments and StatefulSets of the input make pods.",
      "4 Deployment default/old: Being deleted: passed over.",
    ],
  );
});

const BUDGETS: readonly [selector: string, namespace: string, guards: boolean][] = [
  ["selector: { matchLabels: { app: web } }", "default", true],
  ["selector: {}", "default", true],
  ["selector: { matchExpressions: [{ key: app, operator: NotIn, values: [api] }] }", "default", true],
  ["minAvailable: 1", "default", false],
  ["selector: { matchLabels: { app: wep } }", "default", false],
  ["selector: { matchLabels: { app: web } }", "shop", false],
];

for (const [selector, namespace, guards] of BUDGETS) {
  Deno.test(`readManifests() has a budget of { ${selector} } in ${namespace} ${guards ? "guard" : "miss"} the pods`, () => {
    const text = `${WEB}---\napiVersion: policy/v1\nkind: PodDisruptionBudget\n` +
      `metadata: { name: b, namespace: ${namespace} }\nspec: { ${selector} }\n`;
    const note =
      `2 PodDisruptionBudget ${namespace}/b: spec.selector: Matches no pod of the input: it guards nothing.`;
    assert.deepEqual(notesOf(text), guards ? [] : [note]);
  });
}

const autoscaler = (spec: string, { version = "v2", name = "h" } = {}) =>
  `---\napiVersion: autoscaling/${version}\nkind: HorizontalPodAutoscaler\nmetadata: { name: ${name} }\nspec: { ${spec} }\n`;

Deno.test("readManifests() takes target and limits from autoscalers, and notes what is not simulated of them", () => {
  const text = WEB +
    autoscaler("scaleTargetRef: { kind: Deployment, name: web }, maxReplicas: 9, metrics: [], behavior: {}");
  const { autoscalers, objects } = readManifests([{ path: "m.yaml", text }]);
  assert.deepEqual(autoscalers, [
    { target: { kind: "Deployment", namespace: "default", name: "web" }, min: 1, max: 9 },
  ]);
  assert.deepEqual(objects.map(({ kind }) => kind), ["Deployment"]);
  assert.deepEqual(notesOf(text), [
    "2 HorizontalPodAutoscaler default/h: spec.metrics: Not simulated: replicas follow the scenario's curves, " +
    "between minReplicas and maxReplicas.",
    "2 HorizontalPodAutoscaler default/h: spec.behavior: Not simulated: replicas change as fast as the " +
    "scenario's curves do.",
  ]);
});

const TARGETS: readonly [target: string, why: string][] = [
  ["kind: Deployment, name: api", "The input has no Deployment default/api: it scales nothing."],
  ["kind: Rollout, name: web", "Not a Deployment or StatefulSet: it scales nothing here."],
];

for (const [target, why] of TARGETS) {
  Deno.test(`readManifests() notes that an autoscaler of { ${target} } scales nothing`, () => {
    const text = WEB +
      autoscaler(`scaleTargetRef: { ${target} }, minReplicas: 2, maxReplicas: 9`, { version: "v1" });
    assert.deepEqual(notesOf(text), [`2 HorizontalPodAutoscaler default/h: spec.scaleTargetRef: ${why}`]);
    assert.deepEqual(readManifests([{ path: "m.yaml", text }]).autoscalers, []);
  });
}

Deno.test("readManifests() takes the first of two autoscalers of one workload, and notes the other", () => {
  const spec = "scaleTargetRef: { kind: Deployment, name: web }, maxReplicas: 9";
  const text = WEB + autoscaler(spec) + autoscaler(spec, { name: "i" });
  assert.equal(readManifests([{ path: "m.yaml", text }]).autoscalers.length, 1);
  assert.deepEqual(notesOf(text), [
    "3 HorizontalPodAutoscaler default/i: spec.scaleTargetRef: Another autoscaler scales Deployment default/web " +
    "already: this one is passed over.",
  ]);
});
