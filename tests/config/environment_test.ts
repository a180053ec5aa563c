import assert from "node:assert/strict";
import { VARIABLES, variableValue } from "../../src/config/environment.ts";
import { READ_VARIABLES } from "../../src/cli/context.ts";
import { treeOf, valueAt } from "../../src/config/tree.ts";
import { loaded, problemsOf } from "./support.ts";

/** Design section 8: variable, path, a value in the environment, another in the file, and what is effective. */
const TABLE: readonly [name: string, path: string, text: string, inFile: unknown, effective: unknown][] = [
  ["SPOTALIS_OPERATOR_NAMESPACE", "operator.namespace", "b", "a", "b"],
  ["SPOTALIS_OPERATOR_READ_ONLY_MODE", "operator.readOnlyMode", "true", false, true],
  ["SPOTALIS_LEADER_ELECTION_ENABLED", "operator.leaderElection.enabled", "false", true, false],
  ["SPOTALIS_LEADER_ELECTION_ID", "operator.leaderElection.id", "b", "a", "b"],
  ["SPOTALIS_LEADER_ELECTION_LEASE_DURATION", "operator.leaderElection.leaseDuration", "40s", "20s", "40s"],
  ["SPOTALIS_CONTROLLERS_MAX_CONCURRENT_RECONCILES", "controllers.maxConcurrentReconciles", "7", 2, 7],
  ["SPOTALIS_CONTROLLERS_RECONCILE_INTERVAL", "controllers.reconcileInterval", "7m", "6m", "7m"],
  [
    "SPOTALIS_CONTROLLERS_WORKLOAD_COOLDOWN_PERIOD",
    "controllers.workloadTiming.cooldownPeriod",
    "0s",
    "6m",
    "0s",
  ],
  [
    "SPOTALIS_CONTROLLERS_WORKLOAD_DISRUPTION_RETRY_INTERVAL",
    "controllers.workloadTiming.disruptionRetryInterval",
    "7m",
    "6m",
    "7m",
  ],
  [
    "SPOTALIS_CONTROLLERS_WORKLOAD_DISRUPTION_WINDOW_POLL_INTERVAL",
    "controllers.workloadTiming.disruptionWindowPollInterval",
    "7m",
    "6m",
    "7m",
  ],
  ["SPOTALIS_WEBHOOK_ENABLED", "webhook.enabled", "false", true, false],
  ["SPOTALIS_WEBHOOK_PORT", "webhook.port", "443", 444, 443],
  ["SPOTALIS_WEBHOOK_CERT_DIR", "webhook.certDir", "/b", "/a", "/b"],
  ["SPOTALIS_METRICS_ENABLED", "observability.metrics.enabled", "false", true, false],
  ["SPOTALIS_METRICS_BIND_ADDRESS", "observability.metrics.bindAddress", ":2", ":1", ":2"],
  ["SPOTALIS_LOGGING_LEVEL", "observability.logging.level", "warn", "error", "warn"],
  ["SPOTALIS_LOGGING_FORMAT", "observability.logging.format", "console", "json", "console"],
  ["SPOTALIS_HEALTH_ENABLED", "observability.health.enabled", "false", true, false],
  ["SPOTALIS_HEALTH_BIND_ADDRESS", "observability.health.bindAddress", ":2", ":1", ":2"],
];

for (const [name, path, text, inFile, effective] of TABLE) {
  Deno.test(`loadConfig() lets ${name} override the file`, () => {
    const file = JSON.stringify(treeOf(path, inFile));
    const { config, sources } = loaded({ text: file, env: { [name]: text } });
    assert.deepEqual(valueAt(JSON.parse(JSON.stringify(config)), path), effective);
    assert.equal(sources.get(path), name);
    const { config: fromFile } = loaded({ text: file });
    assert.deepEqual(valueAt(JSON.parse(JSON.stringify(fromFile)), path), inFile);
  });
}

Deno.test("VARIABLES has those of the design, and no other", () => {
  assert.deepEqual(
    VARIABLES.map(({ name, path }) => `${name} ${path}`).sort(),
    TABLE.map(([name, path]) => `${name} ${path}`).sort(),
  );
});

Deno.test("READ_VARIABLES names every variable, so that none is read without permission", () => {
  for (const [name] of TABLE) assert.ok(READ_VARIABLES.includes(name), name);
});

Deno.test("loadConfig() takes an empty variable for none", () => {
  const { config, sources } = loaded({ text: "webhook: { port: 1 }", env: { SPOTALIS_WEBHOOK_PORT: "" } });
  assert.equal(config.webhook.port, 1);
  assert.equal(sources.get("webhook.port"), "file");
});

Deno.test("loadConfig() passes over variables that it does not know", () => {
  assert.equal(loaded({ env: { SPOTALIS_NOPE: "1", PATH: "/bin" } }).sources.size, 0);
});

const WRONG: readonly [name: string, text: string, problem: RegExp][] = [
  ["SPOTALIS_OPERATOR_READ_ONLY_MODE", "yes", /\(operator\.readOnlyMode\) is "yes", has to be true or false$/],
  ["SPOTALIS_WEBHOOK_PORT", "https", /\(webhook\.port\) is "https", has to be an integer from 0 to 65535$/],
  ["SPOTALIS_WEBHOOK_PORT", "-1", /is "-1", has to be an integer/],
  ["SPOTALIS_WEBHOOK_PORT", "70000", /is 70000, has to be an integer from 0 to 65535$/],
  ["SPOTALIS_WEBHOOK_PORT", "0x10", /is "0x10", has to be an integer/],
  ["SPOTALIS_CONTROLLERS_RECONCILE_INTERVAL", "5", /is "5", has to be a Go duration/],
  ["SPOTALIS_LOGGING_LEVEL", "loud", /is "loud", has to be debug, info, warn or error$/],
  ["SPOTALIS_LOGGING_FORMAT", "xml", /is "xml", has to be json or console$/],
  ["SPOTALIS_METRICS_BIND_ADDRESS", "8080", /is "8080", has to be host:port/],
];

for (const [name, text, problem] of WRONG) {
  Deno.test(`loadConfig() names ${name} where ${JSON.stringify(text)} is wrong, and what is allowed`, () => {
    const problems = problemsOf({ env: { [name]: text } });
    assert.equal(problems.length, 1);
    assert.ok(problems[0]!.startsWith(`${name} (`), problems[0]);
    assert.match(problems[0]!, problem);
  });
}

Deno.test("variableValue() makes flags and integers of what is one, and leaves all else a text", () => {
  assert.deepEqual([
    variableValue("flag", "true"),
    variableValue("flag", "false"),
    variableValue("flag", "TRUE"),
  ], [
    true,
    false,
    "TRUE",
  ]);
  assert.deepEqual([variableValue("integer", "12"), variableValue("integer", "1.5")], [12, "1.5"]);
  assert.equal(variableValue("text", "12"), "12");
});
