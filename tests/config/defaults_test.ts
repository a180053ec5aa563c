import assert from "node:assert/strict";
import { loadConfig } from "../../src/config/load.ts";
import { leaves } from "../../src/config/tree.ts";
import { loaded } from "./support.ts";

/** Design section 8, value by value, as it is written there. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  "operator.namespace": "spotalis-system",
  "operator.readOnlyMode": false,
  "operator.leaderElection.enabled": true,
  "operator.leaderElection.id": "spotalis-controller-leader",
  "operator.leaderElection.namespace": "",
  "operator.leaderElection.leaseDuration": "15s",
  "operator.leaderElection.renewDeadline": "10s",
  "operator.leaderElection.retryPeriod": "2s",
  "operator.disruptionWindow.schedule": "",
  "controllers.maxConcurrentReconciles": 1,
  "controllers.reconcileInterval": "5m",
  "controllers.watchNamespaces": [],
  "controllers.namespaceSelector": {},
  "controllers.nodeClassifier.preset": "karpenter",
  "controllers.nodeClassifier.spotLabels": [],
  "controllers.nodeClassifier.onDemandLabels": [],
  "controllers.nodeClassifier.spotTolerations": [],
  "controllers.nodeClassifier.onDemandTolerations": [],
  "controllers.workloadTiming.cooldownPeriod": "10s",
  "controllers.workloadTiming.disruptionRetryInterval": "1m",
  "controllers.workloadTiming.disruptionWindowPollInterval": "10m",
  "controllers.disruption.maxUnavailable": 1,
  "controllers.disruption.maxEvictionsPerMinute": 30,
  "controllers.disruption.holdInStorms": true,
  "controllers.spotFallback.enabled": true,
  "controllers.spotFallback.after": "2m",
  "controllers.spotFallback.retryAfter": "10m",
  "controllers.spotFallback.maxRetryAfter": "1h",
  "controllers.podDeletionCost": true,
  "controllers.rateLimit.qps": 50,
  "controllers.rateLimit.burst": 100,
  "webhook.enabled": true,
  "webhook.port": 9443,
  "webhook.certDir": "/tmp/k8s-webhook-server/serving-certs",
  "webhook.certName": "tls.crt",
  "webhook.keyName": "tls.key",
  "webhook.forwarding.enabled": true,
  "webhook.forwarding.deadline": "300ms",
  "observability.metrics.enabled": true,
  "observability.metrics.bindAddress": ":8080",
  "observability.metrics.path": "/metrics",
  "observability.logging.level": "info",
  "observability.logging.format": "json",
  "observability.health.enabled": true,
  "observability.health.bindAddress": ":8081",
};

function written(text?: string): Record<string, unknown> {
  return Object.fromEntries(leaves(JSON.parse(JSON.stringify(loaded({ text }).config))));
}

Deno.test("loadConfig() has the documented defaults, and no other keys", () => {
  assert.deepEqual(written(), DEFAULTS);
});

for (
  const text of ["", "# nothing\n", "{}", "null", "---\n", "operator:\n", "operator: { leaderElection: ~ }\n"]
) {
  Deno.test(`loadConfig() takes ${JSON.stringify(text)} for no change of the defaults`, () => {
    assert.deepEqual(written(text), DEFAULTS);
    assert.equal([...loaded({ text }).sources.values()].filter((each) => each !== "file").length, 0);
  });
}

Deno.test("loadConfig() says for each value where it came from", () => {
  const text = "operator: { namespace: a, readOnlyMode: true }\nwebhook: { port: 1 }\n";
  const { sources, config } = loaded({ text, env: { SPOTALIS_OPERATOR_NAMESPACE: "b" } });
  assert.deepEqual(Object.fromEntries(sources), {
    "operator.namespace": "SPOTALIS_OPERATOR_NAMESPACE",
    "operator.readOnlyMode": "file",
    "webhook.port": "file",
  });
  assert.equal(config.operator.namespace, "b");
  assert.equal(config.operator.readOnlyMode, true);
});

Deno.test("loadConfig() reads a file with every key", () => {
  const text = `
operator:
  namespace: ns
  readOnlyMode: true
  leaderElection: { enabled: false, id: x, namespace: y, leaseDuration: 30s, renewDeadline: 20s, retryPeriod: 5s }
  disruptionWindow: { schedule: "0 2 * * 1-5", duration: 1h30m }
controllers:
  maxConcurrentReconciles: 100
  reconcileInterval: 1h
  watchNamespaces: [a, b]
  namespaceSelector: { matchLabels: { team: a }, matchExpressions: [{ key: x, operator: NotIn, values: ["1"] }] }
  nodeClassifier:
    preset: gke
    spotLabels: [{ matchLabels: { kind: spot } }]
    onDemandLabels: [{ matchExpressions: [{ key: kind, operator: DoesNotExist }] }]
    spotTolerations: [{ key: spot, operator: Exists, effect: NoSchedule }]
    onDemandTolerations: [{ key: a, operator: Equal, value: b }]
  workloadTiming: { cooldownPeriod: 0s, disruptionRetryInterval: 2m, disruptionWindowPollInterval: 20m }
  disruption: { maxUnavailable: 10%, maxEvictionsPerMinute: 1, holdInStorms: false }
  spotFallback: { enabled: false, after: 1m, retryAfter: 1h, maxRetryAfter: 2h }
  podDeletionCost: false
  rateLimit: { qps: 1, burst: 1 }
webhook: { enabled: false, port: 0, certDir: /a, certName: b, keyName: c, forwarding: { enabled: false, deadline: 1s } }
observability:
  metrics: { enabled: false, bindAddress: "[::]:1", path: /m }
  logging: { level: debug, format: console }
  health: { enabled: false, bindAddress: "127.0.0.1:65535" }
`;
  const { config, sources } = loaded({ text });
  assert.equal(config.operator.disruptionWindow.duration!.ms, 5_400_000);
  assert.equal(config.controllers.disruption.maxUnavailable, "10%");
  assert.equal(config.controllers.workloadTiming.cooldownPeriod.ms, 0);
  assert.deepEqual(config.controllers.watchNamespaces, ["a", "b"]);
  assert.ok([...sources.values()].every((source) => source === "file"));
  const paths = Object.keys(written(text));
  for (const path of Object.keys(DEFAULTS).filter((each) => each !== "controllers.namespaceSelector")) {
    assert.ok(paths.includes(path), path);
    assert.notDeepEqual(written(text)[path], DEFAULTS[path], path);
  }
});

Deno.test("loadConfig() reads JSON as well, which is YAML", () => {
  assert.equal(loaded({ text: '{"webhook":{"port":443}}' }).config.webhook.port, 443);
});

Deno.test("loadConfig() answers alike without a file and with an empty one", () => {
  const without = loadConfig({ env: {} });
  assert.ok(without.ok);
  assert.deepEqual(without.config, loaded({ text: "" }).config);
});
