import assert from "node:assert/strict";
import { WEBHOOK_CONFIGURATION } from "../../src/cli/embedded/webhook_configuration.ts";
import { type Manifest, manifest, manifests } from "./manifests.ts";

const SELECTOR = { matchLabels: { "app.kubernetes.io/name": "spotalis" } };

async function pod(): Promise<Manifest> {
  return (await manifest("Deployment")).spec.template.spec;
}

const RULES = {
  list: ["list", "watch"],
  read: ["get", "list", "watch"],
};

Deno.test("deploy: the operator reads, evicts and writes Events, and has no other right", async () => {
  assert.deepEqual((await manifest("ClusterRole")).rules, [
    { apiGroups: [""], resources: ["nodes", "namespaces", "pods"], verbs: RULES.list },
    { apiGroups: ["apps"], resources: ["deployments"], verbs: RULES.list },
    { apiGroups: ["apps"], resources: ["statefulsets", "replicasets"], verbs: RULES.read },
    { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: RULES.list },
    { apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"] },
    { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] },
  ]);
});

Deno.test("deploy: of Leases it writes its own by name, in its own namespace", async () => {
  assert.deepEqual((await manifest("Role")).rules, [
    {
      apiGroups: ["coordination.k8s.io"],
      resources: ["leases"],
      resourceNames: ["spotalis-controller-leader"],
      verbs: ["get", "update"],
    },
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
  ]);
});

Deno.test("deploy: roles are bound to its service account alone, and there are no others", async () => {
  const all = await manifests();
  const subjects = [{ kind: "ServiceAccount", name: "spotalis-controller", namespace: "spotalis-system" }];
  const bindings = all.filter(({ kind }) => kind.endsWith("RoleBinding") || kind === "ClusterRoleBinding");
  assert.deepEqual(
    bindings.map(({ kind, roleRef, subjects }) => [kind, roleRef.kind, roleRef.name, subjects]),
    [
      ["ClusterRoleBinding", "ClusterRole", "spotalis-controller", subjects],
      ["RoleBinding", "Role", "spotalis-leader-election", subjects],
    ],
  );
  assert.equal(all.filter(({ kind }) => kind === "Role" || kind === "ClusterRole").length, 2);
});

Deno.test("deploy: no right has a wildcard, is about Secrets, or changes a workload, a pod or a webhook", async () => {
  const rules = (await manifests()).flatMap(({ rules }) => rules ?? []).filter(({ verbs }) =>
    verbs !== undefined
  );
  assert.ok(rules.length >= 8);
  const writes = ["create", "update", "patch", "delete", "deletecollection", "bind", "escalate", "impersonate"];
  for (const { apiGroups, resources, verbs, nonResourceURLs } of rules) {
    const text = JSON.stringify({ apiGroups, resources, verbs, nonResourceURLs });
    assert.doesNotMatch(
      text,
      /\*|secrets|configmaps|webhookconfigurations|serviceaccounts|"token|exec|rbac/,
      text,
    );
    const written = verbs.filter((verb: string) => writes.includes(verb));
    if (written.length === 0) continue;
    for (const resource of resources) assert.ok(["pods/eviction", "events", "leases"].includes(resource), text);
    assert.ok(!verbs.some((verb: string) => verb.startsWith("delete")), text);
  }
});

Deno.test("deploy: a token is given to the pod that asks for it, not to all that use the account", async () => {
  assert.equal((await manifest("ServiceAccount")).automountServiceAccountToken, false);
  assert.equal((await pod()).automountServiceAccountToken, true);
});

Deno.test("deploy: the namespace enforces the restricted Pod Security Standard", async () => {
  const { labels } = (await manifest("Namespace")).metadata;
  assert.equal(labels["pod-security.kubernetes.io/enforce"], "restricted");
  assert.equal(labels["pod-security.kubernetes.io/enforce-version"], "latest");
});

Deno.test("deploy: the pod runs as nobody, with no way to become more", async () => {
  const { securityContext, hostNetwork, hostPID, hostIPC, containers, initContainers } = await pod();
  assert.deepEqual(securityContext, {
    runAsNonRoot: true,
    runAsUser: 65532,
    runAsGroup: 65532,
    fsGroup: 65532,
    seccompProfile: { type: "RuntimeDefault" },
  });
  assert.deepEqual([hostNetwork, hostPID, hostIPC, initContainers], [
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  assert.equal(containers.length, 1);
  assert.deepEqual(containers[0].securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
});

Deno.test("deploy: the pod has a memory limit, and variables of Services are not taken for its own", async () => {
  const { containers: [{ resources, env }], enableServiceLinks } = await pod();
  assert.equal(enableServiceLinks, false);
  assert.match(resources.limits.memory, /^\d+Mi$/);
  assert.ok(resources.requests.cpu && resources.requests.memory);
  for (const { name, valueFrom } of env) {
    assert.match(name, /^(?:POD_|SPOTALIS_)/);
    assert.deepEqual(Object.keys(valueFrom), ["fieldRef"], "no secret comes by a variable");
  }
});

Deno.test("deploy: every volume is read only, its own, and of no host; the key is not for all to read", async () => {
  const { volumes, containers: [{ volumeMounts }] } = await pod();
  for (const mount of volumeMounts) {
    assert.equal(mount.readOnly, true, mount.name);
    assert.match(mount.mountPath, /^\/etc\/spotalis\//);
  }
  assert.deepEqual(volumes.map((volume: Manifest) => Object.keys(volume)[1]), ["configMap", "secret"]);
  assert.equal(volumes[1].secret.defaultMode, 0o440);
});

Deno.test("deploy: two replicas, spread over nodes, are not drained at once", async () => {
  const { replicas, strategy, template } = (await manifest("Deployment")).spec;
  assert.equal(replicas, 2);
  assert.deepEqual(strategy.rollingUpdate, { maxSurge: 1, maxUnavailable: 0 });
  assert.equal(template.spec.topologySpreadConstraints[0].topologyKey, "kubernetes.io/hostname");
  const { maxUnavailable, selector, unhealthyPodEvictionPolicy } = (await manifest("PodDisruptionBudget")).spec;
  assert.deepEqual([maxUnavailable, selector, unhealthyPodEvictionPolicy], [1, SELECTOR, "AlwaysAllow"]);
});

const OWN_PODS = { podSelector: SELECTOR };
const port = (name: string | number, protocol = "TCP") => ({ port: name, protocol });
const namespaceOf = (name: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
});

Deno.test("deploy: a NetworkPolicy lets in the API server, its peers and Prometheus, and nobody to health", async () => {
  const { podSelector, policyTypes, ingress } = (await manifest("NetworkPolicy")).spec;
  assert.deepEqual([podSelector, policyTypes], [SELECTOR, ["Ingress", "Egress"]]);
  assert.deepEqual(ingress, [
    { ports: [port("webhook")] },
    { ports: [port("metrics")], from: [namespaceOf("monitoring")] },
  ]);
});

Deno.test("deploy: a NetworkPolicy lets out to the API server, to its peers and to DNS alone", async () => {
  const { egress } = (await manifest("NetworkPolicy")).spec;
  assert.deepEqual(egress, [
    { ports: [port(443), port(6443)] },
    { ports: [port("webhook")], to: [OWN_PODS] },
    {
      ports: [port(53, "UDP"), port(53)],
      to: [namespaceOf("kube-system"), { ipBlock: { cidr: "169.254.20.10/32" } }],
    },
  ]);
});

Deno.test("deploy: the ports of policy, probes and Service are those of the container", async () => {
  const { containers: [{ ports, livenessProbe, readinessProbe }] } = await pod();
  const named = Object.fromEntries(ports.map((each: Manifest) => [each.name, each.containerPort]));
  assert.deepEqual(named, { webhook: 9443, metrics: 8080, health: 8081 });
  assert.deepEqual([livenessProbe.httpGet.port, readinessProbe.httpGet.port], ["health", "health"]);
  assert.deepEqual((await manifest("Service")).spec.ports, [{
    name: "webhook",
    port: 443,
    targetPort: "webhook",
  }]);
});

Deno.test("deploy: the webhook fails open, in time, and leaves kube-system and its own namespace out", async () => {
  const { webhooks: [hook], ...rest } = await manifest("MutatingWebhookConfiguration");
  assert.deepEqual([hook.failurePolicy, hook.timeoutSeconds, hook.sideEffects], ["Ignore", 2, "NoneOnDryRun"]);
  assert.deepEqual(hook.rules, [{
    apiGroups: [""],
    apiVersions: ["v1"],
    operations: ["CREATE"],
    resources: ["pods"],
    scope: "Namespaced",
  }]);
  assert.deepEqual(
    { ...rest, webhooks: [hook] },
    WEBHOOK_CONFIGURATION,
    "that of the embedded cluster is the same",
  );
});

Deno.test("deploy: no Secret is among the manifests, and no key or token in them", async () => {
  const all = await manifests();
  assert.deepEqual(all.filter(({ kind }) => kind === "Secret"), []);
  assert.doesNotMatch(JSON.stringify(all), /BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE)|eyJ[\w-]{20}/);
});
