import assert from "node:assert/strict";
import { load, loaded, problemsOf } from "./support.ts";

const SECTION = "has to be a section (a mapping)";

const PROBLEMS: readonly [text: string, problem: string | RegExp][] = [
  ["nope: 1", "nope is no key; allowed are operator, controllers, webhook, observability"],
  [
    "webhook: { prot: 1 }",
    "webhook.prot is no key; allowed are enabled, port, certDir, certName, keyName, forwarding",
  ],
  ["__proto__: { a: 1 }", /^__proto__ is no key/],
  ["webhook: { constructor: 1 }", /^webhook\.constructor is no key/],
  ["webhook: true", `webhook is true, ${SECTION}`],
  ["webhook: [1]", `webhook is [1], ${SECTION}`],
  ["controllers: { rateLimit: 5 }", `controllers.rateLimit is 5, ${SECTION}`],
  ["webhook: { port: 1.5 }", "webhook.port is 1.5, has to be an integer from 0 to 65535"],
  ['webhook: { port: "1" }', 'webhook.port is "1", has to be an integer from 0 to 65535'],
  [
    "webhook: { forwarding: { deadline: 1001ms } }",
    /^webhook\.forwarding\.deadline is "1001ms", has to be at most 1000ms/,
  ],
  ["webhook: { enabled: 1 }", "webhook.enabled is 1, has to be true or false"],
  ["operator: { namespace: '' }", 'operator.namespace is "", has to be the name of a namespace'],
  [
    "controllers: { maxConcurrentReconciles: 0 }",
    "controllers.maxConcurrentReconciles is 0, has to be an integer from 1 to 100",
  ],
  ["controllers: { reconcileInterval: 5 }", /^controllers\.reconcileInterval is 5, has to be a Go duration/],
  ["controllers: { reconcileInterval: 0s }", /^controllers\.reconcileInterval is "0s", .*, at least 1ms$/],
  [
    "controllers: { reconcileInterval: -5m }",
    /^controllers\.reconcileInterval is "-5m", has to be a Go duration/,
  ],
  ["controllers: { nodeClassifier: { preset: moon } }", /preset is "moon", has to be one of: karpenter/],
  [
    "controllers: { disruption: { maxUnavailable: true } }",
    /maxUnavailable is true, has to be an integer from 1, or a share/,
  ],
  [
    "observability: { metrics: { path: metrics } }",
    'observability.metrics.path is "metrics", has to start with "/"',
  ],
  [
    "observability: { health: { bindAddress: ':70000' } }",
    /bindAddress is ":70000", has to have a port up to 65535/,
  ],
  [
    "controllers: { namespaceSelector: { matchLabels: { a: 5 } } }",
    /matchLabels\.a is 5, has to be a label value/,
  ],
  ["hello", "c.yaml: has to hold a mapping"],
  ["- a", "c.yaml: has to hold a mapping"],
  ["webhook: { port: 1 }\nwebhook: { port: 2 }", /^c\.yaml: line 2: the key "webhook" is given twice$/],
  ["operator: { namespace: a, namespace: b }", /^c\.yaml: line 1: the key "namespace" is given twice$/],
  ["a: 1\n---\nb: 2", /^c\.yaml: .*multiple documents/],
  ["operator:\n\tnamespace: x", /^c\.yaml: line 2: Tabs are not allowed/],
  ["operator: [", /^c\.yaml: /],
];

for (const [text, problem] of PROBLEMS) {
  Deno.test(`fault 61: loadConfig() refuses ${JSON.stringify(text)}`, () => {
    const problems = problemsOf({ text });
    assert.equal(problems.length, 1, problems.join("\n"));
    if (typeof problem === "string") assert.equal(problems[0], problem);
    else assert.match(problems[0]!, problem);
    assert.ok(!problems[0]!.includes("\n"));
  });
}

const CLASSIFIER = "controllers.nodeClassifier";

const IMPOSSIBLE: readonly [name: string, text: string, problem: RegExp][] = [
  [
    "a renewal that may take as long as the lease",
    "operator: { leaderElection: { renewDeadline: 15s } }",
    /^operator\.leaderElection\.renewDeadline is "15s", has to be less than operator\.leaderElection\.leaseDuration \(15s\)$/,
  ],
  [
    "a retry that does not fit the renewal",
    "operator: { leaderElection: { retryPeriod: 9s } }",
    /^operator\.leaderElection\.retryPeriod is "9s", has to be less than .*renewDeadline, 1\.2 times over \(10s\)$/,
  ],
  [
    "a window without a duration",
    'operator: { disruptionWindow: { schedule: "0 2 * * *" } }',
    /^operator\.disruptionWindow\.duration.* has to be given, since operator\.disruptionWindow\.schedule is: both or neither$/,
  ],
  [
    "a window without a schedule",
    "operator: { disruptionWindow: { duration: 1h } }",
    /^operator\.disruptionWindow\.schedule.* has to be given/,
  ],
  [
    "labels of spot nodes only",
    "controllers: { nodeClassifier: { spotLabels: [{ matchLabels: { a: b } }] } }",
    new RegExp(`^${CLASSIFIER}\\.onDemandLabels has to be given`),
  ],
  [
    "labels of on-demand nodes only",
    "controllers: { nodeClassifier: { onDemandLabels: [{ matchLabels: { a: b } }] } }",
    new RegExp(`^${CLASSIFIER}\\.spotLabels has to be given`),
  ],
  [
    "a first retry beyond the longest",
    "controllers: { spotFallback: { retryAfter: 2h } }",
    /^controllers\.spotFallback\.retryAfter is "2h", may not be more than .*maxRetryAfter \(1h\)$/,
  ],
];

for (const [name, text, problem] of IMPOSSIBLE) {
  Deno.test(`loadConfig() refuses ${name}`, () => {
    const problems = problemsOf({ text });
    assert.equal(problems.length, 1, problems.join("\n"));
    assert.match(problems[0]!, problem);
  });
}

Deno.test("loadConfig() lets what a rule asks for just pass", () => {
  loaded({ text: "operator: { leaderElection: { renewDeadline: 14999ms } }" });
  loaded({ text: "operator: { leaderElection: { retryPeriod: 8333ms } }" });
  loaded({ text: "controllers: { spotFallback: { retryAfter: 1h } }" });
});

Deno.test("loadConfig() finds an impossible combination of file, environment and defaults", () => {
  const problems = problemsOf({ env: { SPOTALIS_LEADER_ELECTION_LEASE_DURATION: "5s" } });
  assert.equal(problems.length, 1);
  assert.match(problems[0]!, /renewDeadline.* has to be less than .*leaseDuration \(5s\)/);
});

Deno.test("fault 61: loadConfig() lists every problem of the file and of the environment at once", () => {
  const text = `
what: 1
operator: { readOnlyMode: maybe, leaderElection: { renewDeadline: 1m, id: "" } }
controllers: { nope: 1, reconcileInterval: soon, spotFallback: { retryAfter: 5h } }
webhook: { port: 123456 }
observability: { logging: { level: loud } }
`;
  const problems = problemsOf({ text, env: { SPOTALIS_LOGGING_FORMAT: "xml", SPOTALIS_METRICS_ENABLED: "2" } });
  const paths = problems.map((problem) => problem.split(" ")[0]).sort();
  assert.deepEqual(paths, [
    "SPOTALIS_LOGGING_FORMAT",
    "SPOTALIS_METRICS_ENABLED",
    "controllers.nope",
    "controllers.reconcileInterval",
    "controllers.spotFallback.retryAfter",
    "observability.logging.level",
    "operator.leaderElection.id",
    "operator.leaderElection.renewDeadline",
    "operator.readOnlyMode",
    "webhook.port",
    "what",
  ]);
});

Deno.test("loadConfig() shows a problem of the environment beside a file that cannot be parsed", () => {
  const problems = problemsOf({ text: "operator: [", env: { SPOTALIS_LOGGING_LEVEL: "loud" } });
  assert.ok(problems.some((problem) => problem.startsWith("c.yaml: ")));
  assert.ok(problems.some((problem) => problem.startsWith("SPOTALIS_LOGGING_LEVEL")));
});

Deno.test("loadConfig() cuts a long value in a problem", () => {
  const [problem] = problemsOf({ text: `controllers: { reconcileInterval: ${"x".repeat(5_000)} }` });
  assert.ok(problem!.length < 250, problem);
});

Deno.test("loadConfig() does not change what all objects have", () => {
  load({ text: "__proto__: { polluted: 1 }\noperator: { __proto__: { polluted: 1 } }\n" });
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});
