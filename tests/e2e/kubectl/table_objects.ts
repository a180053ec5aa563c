import type { Json } from "../../scenarios/support/json.ts";
import { ago, type TableObject, TWO } from "./table_object.ts";
import { tablePods } from "./table_pods.ts";

export const LABEL = "tables.test/object";

function nodes(): TableObject[] {
  const condition = (status: string) => ({ conditions: [{ type: "Ready", status }] });
  const parts: Record<string, { labels?: Json; spec?: Json; status?: Json }> = {
    "tables-ready": {
      labels: { "node-role.kubernetes.io/worker": "", "kubernetes.io/role": "edge" },
      status: {
        ...condition("True"),
        addresses: [{ type: "InternalIP", address: "10.1.0.1" }, { type: "ExternalIP", address: "1.2.3.4" }],
        nodeInfo: {
          kubeletVersion: "v1.36.3",
          osImage: "Linux",
          kernelVersion: "6.1",
          containerRuntimeVersion: "containerd://2",
          architecture: "amd64",
        },
      },
    },
    "tables-cordoned": { spec: { unschedulable: true }, status: condition("True") },
    "tables-not-ready": { status: condition("False") },
    "tables-unknown": {},
  };
  return Object.entries(parts).map(([name, { labels, spec, status }]) => ({
    collection: "/api/v1/nodes",
    object: { metadata: { name, labels }, spec },
    status,
  }));
}

function services(): TableObject[] {
  const ports = [{ port: 80 }];
  const parts: Record<string, { spec: Json; status?: Json }> = {
    "cluster-ip": { spec: { ports, selector: { app: "x", tier: "y" } } },
    "external-ips": {
      spec: {
        ports: [{ port: 80, name: "a" }, { port: 53, protocol: "UDP", name: "b" }],
        externalIPs: ["1.2.3.4"],
      },
    },
    "headless": { spec: { clusterIP: "None" } },
    "node-port": { spec: { type: "NodePort", ports } },
    "balancer": { spec: { type: "LoadBalancer", ports } },
    "balancer-up": {
      spec: { type: "LoadBalancer", ports },
      status: { loadBalancer: { ingress: [{ ip: "5.6.7.8" }, { hostname: "a.example.org" }] } },
    },
    "external-name": { spec: { type: "ExternalName", externalName: "example.org" } },
  };
  return Object.entries(parts).map(([name, { spec, status }]) => ({
    collection: "/api/v1/namespaces/NS/services",
    object: { metadata: { name }, spec },
    status,
  }));
}

function events(): TableObject[] {
  const micro = (seconds: number) => ago(seconds).replace("Z", ".000000Z");
  const about = { kind: "Pod", name: "running", namespace: "NS", apiVersion: "v1" };
  const common = { type: "Normal", reason: "Seen" };
  const core = { collection: "/api/v1/namespaces/NS/events" };
  const modern = { reportingController: "x.io/c", reportingInstance: "c-1", action: "Look", regarding: about };
  return [
    {
      ...core,
      object: {
        ...common,
        metadata: { name: "counted" },
        involvedObject: { ...about, fieldPath: "spec.containers{a}" },
        message: "text \n",
        source: { component: "kubelet", host: "n" },
        firstTimestamp: ago(4000),
        lastTimestamp: ago(10),
        count: 7,
      },
    },
    {
      ...core,
      object: { ...common, metadata: { name: "bare" }, involvedObject: { kind: "Node", namespace: "NS" } },
    },
    {
      collection: "/apis/events.k8s.io/v1/namespaces/NS/events",
      object: { ...common, ...modern, metadata: { name: "single" }, note: "note", eventTime: micro(100_000) },
    },
    {
      collection: "/apis/events.k8s.io/v1/namespaces/NS/events",
      object: {
        ...common,
        ...modern,
        metadata: { name: "series" },
        note: "note",
        eventTime: micro(700),
        series: { count: 3, lastObservedTime: micro(30) },
      },
    },
  ];
}

const TEMPLATE = {
  metadata: { labels: { app: "x" } },
  spec: { ...TWO, schedulerName: "none", nodeSelector: { "x.io/a": "b" } },
};
const SELECTOR = {
  matchLabels: { app: "x" },
  matchExpressions: [
    { key: "a", operator: "DoesNotExist" },
    { key: "app", operator: "In", values: ["y", "x"] },
    { key: "tier", operator: "NotIn", values: ["z"] },
    { key: "app", operator: "Exists" },
  ],
};

function workloads(): TableObject[] {
  const apps = (plural: string, spec: Json): TableObject => ({
    collection: `/apis/apps/v1/namespaces/NS/${plural}`,
    object: { metadata: { name: plural }, spec: { selector: SELECTOR, template: TEMPLATE, ...spec } },
  });
  return [
    apps("deployments", { replicas: 2 }),
    apps("replicasets", { replicas: 1 }),
    apps("statefulsets", { replicas: 3, serviceName: "x" }),
    apps("daemonsets", {}),
  ];
}

function jobs(): TableObject[] {
  const done = { startTime: ago(5000), completionTime: ago(4000), succeeded: 1 };
  const finished = (type: string) => ({
    type,
    status: "True",
    lastTransitionTime: ago(4000),
    lastProbeTime: ago(4000),
  });
  const parts: Record<string, { spec?: Json; status?: Json }> = {
    "running": {
      spec: { completions: 3, parallelism: 2 },
      status: { startTime: ago(700), active: 2, succeeded: 1 },
    },
    "waiting": {},
    "parallel": { spec: { completions: null, parallelism: 3 } },
    "complete": { status: { ...done, conditions: [finished("SuccessCriteriaMet"), finished("Complete")] } },
    "failed": { status: { startTime: ago(700), conditions: [finished("FailureTarget"), finished("Failed")] } },
    "failing": { status: { startTime: ago(700), conditions: [finished("FailureTarget")] } },
    "suspended": { spec: { suspend: true }, status: { conditions: [finished("Suspended")] } },
  };
  const template = { spec: { ...TWO, restartPolicy: "Never", schedulerName: "none" } };
  return Object.entries(parts).map(([name, { spec, status }]) => ({
    collection: "/apis/batch/v1/namespaces/NS/jobs",
    // Managed by nobody: its status stays as it is written.
    object: { metadata: { name }, spec: { managedBy: "x.io/nobody", template, ...spec } },
    status,
  }));
}

function autoscalers(): TableObject[] {
  const cpu = (target: Json) => ({ type: "Resource", resource: { name: "cpu", target } });
  const pods = {
    type: "Pods",
    pods: { metric: { name: "rps" }, target: { type: "AverageValue", averageValue: "1k" } },
  };
  const external = (target: Json) => ({ type: "External", external: { metric: { name: "q" }, target } });
  const used = { type: "Utilization", averageUtilization: 80 };
  const parts: Record<string, Json> = {
    "cpu": { minReplicas: 2, metrics: [cpu(used)] },
    "many": {
      metrics: [
        cpu({ type: "AverageValue", averageValue: "500m" }),
        pods,
        external({ type: "Value", value: "30" }),
      ],
    },
    "external": { metrics: [external({ type: "AverageValue", averageValue: "5" })] },
  };
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "nobody" };
  return Object.entries(parts).map(([name, spec]) => ({
    collection: "/apis/autoscaling/v2/namespaces/NS/horizontalpodautoscalers",
    object: { metadata: { name }, spec: { scaleTargetRef, maxReplicas: 9, ...spec } },
    status: name !== "cpu" ? undefined : {
      currentReplicas: 4,
      currentMetrics: [{
        type: "Resource",
        resource: { name: "cpu", current: { averageUtilization: 55, averageValue: "55m" } },
      }],
    },
  }));
}

function others(): TableObject[] {
  const budgets = "/apis/policy/v1/namespaces/NS/poddisruptionbudgets";
  const selector = { matchLabels: { app: "x" } };
  const client = {
    clientConfig: { url: "https://127.0.0.1:1/" },
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
  };
  return [
    {
      collection: "/api/v1/namespaces/NS/configmaps",
      object: { metadata: { name: "c" }, data: { a: "1", b: "2" }, binaryData: { c: "" } },
    },
    {
      collection: "/api/v1/namespaces/NS/secrets",
      object: { metadata: { name: "s" }, stringData: { a: "1" } },
    },
    { collection: "/api/v1/namespaces/NS/serviceaccounts", object: { metadata: { name: "a" } } },
    { collection: budgets, object: { metadata: { name: "min" }, spec: { minAvailable: "50%", selector } } },
    { collection: budgets, object: { metadata: { name: "max" }, spec: { maxUnavailable: 1, selector } } },
    {
      collection: "/apis/coordination.k8s.io/v1/namespaces/NS/leases",
      object: { metadata: { name: "l" }, spec: { holderIdentity: "me" } },
    },
    { collection: "/apis/coordination.k8s.io/v1/namespaces/NS/leases", object: { metadata: { name: "free" } } },
    {
      collection: "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
      object: {
        metadata: { name: "tables" },
        webhooks: [{ name: "a.x.io", ...client }, { name: "b.x.io", ...client }],
      },
    },
    {
      collection: "/apis/apps/v1/namespaces/NS/controllerrevisions",
      object: { metadata: { name: "orphan" }, revision: 4, data: {} },
    },
  ];
}

/** All of them, with a label that selects them; `NS` stands for the namespace. */
export function tableObjects(): TableObject[] {
  const all = [
    ...nodes(),
    ...tablePods(),
    ...services(),
    ...events(),
    ...workloads(),
    ...jobs(),
    ...autoscalers(),
    ...others(),
  ];
  return all.map(({ object, ...rest }) => ({
    ...rest,
    object: {
      ...object,
      metadata: { ...object.metadata, labels: { ...object.metadata.labels, [LABEL]: "NS" } },
    },
  }));
}
