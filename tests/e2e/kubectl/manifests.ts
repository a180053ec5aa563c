import { stringify } from "yaml";
import type { Json } from "../../scenarios/support/json.ts";

/** What the script works on: a Deployment of 3, a StatefulSet of 2, a budget, and what goes with them. */
export const NAMESPACE = "shop";

export const SHOP: Json = { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } };

function template(app: string): Json {
  return {
    metadata: { labels: { app } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{
        name: "main",
        image: `example.io/${app}:1`,
        ports: [{ containerPort: 80 }],
        env: [{ name: "MODE", value: "plain" }],
        resources: { requests: { cpu: "100m", memory: "64Mi" } },
      }],
    },
  };
}

const selector = (app: string) => ({ matchLabels: { app } });

export function web(more: { labels?: Json; spec?: Json } = {}): Json {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: NAMESPACE, labels: { app: "web", ...more.labels } },
    spec: { replicas: 3, selector: selector("web"), template: template("web"), ...more.spec },
  };
}

export const DB: Json = {
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "db", namespace: NAMESPACE, labels: { app: "db" } },
  spec: { replicas: 2, serviceName: "db", selector: selector("db"), template: template("db") },
};

export const SERVICE: Json = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "db", namespace: NAMESPACE },
  spec: { clusterIP: "None", selector: { app: "db" }, ports: [{ port: 80 }] },
};

export const BUDGET: Json = {
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: "web", namespace: NAMESPACE },
  spec: { minAvailable: 2, selector: selector("web") },
};

export const SETTINGS: Json = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "settings", namespace: NAMESPACE },
  data: { color: "blue", "size.txt": "large\nwide\n" },
};

export const GENERATED: Json = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { generateName: "made-", namespace: NAMESPACE },
  data: { a: "1" },
};

/** A pod of nobody's, on a node that nothing else is placed on. */
export function pinned(node: string): Json {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "pinned", namespace: NAMESPACE, labels: { app: "pinned" } },
    spec: { nodeName: node, ...template("pinned").spec },
  };
}

/** Several documents in one, as files of manifests have them. */
export function documents(...objects: Json[]): string {
  return objects.map((object) => stringify(object)).join("---\n");
}
