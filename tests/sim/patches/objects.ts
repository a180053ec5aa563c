import type { JsonObject } from "../../../src/sim/json.ts";

/** An object of the tests; every call makes a new one. */
export function configMap(): JsonObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "c",
      labels: { a: "1" },
      annotations: { "a/b": "s" },
      finalizers: ["x.io/a", "x.io/b"],
    },
    data: { k: "v" },
  };
}

export function deployment(): JsonObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "d", labels: { app: "d" } },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: "d" } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: 0 } },
      template: {
        metadata: { labels: { app: "d" } },
        spec: {
          tolerations: [{ key: "spot", operator: "Exists" }],
          volumes: [{ name: "tmp", emptyDir: {} }, { name: "conf", configMap: { name: "c" } }],
          containers: [
            {
              name: "main",
              image: "example.io/main:1",
              args: ["a", "b"],
              env: [{ name: "A", value: "1" }, { name: "B", value: "2" }],
              ports: [{ containerPort: 80, name: "http" }, { containerPort: 81 }],
              volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
            },
            { name: "side", image: "example.io/side:1" },
          ],
        },
      },
    },
  };
}

export function service(): JsonObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "s" },
    spec: { selector: { app: "d" }, ports: [{ name: "http", port: 80 }, { name: "https", port: 443 }] },
  };
}

export function budget(): JsonObject {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "b" },
    spec: { minAvailable: 1, selector: { matchLabels: { app: "d" } } },
  };
}
