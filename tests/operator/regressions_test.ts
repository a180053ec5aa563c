import assert from "node:assert/strict";
import { parseTarget } from "../../src/cli/explain.ts";
import { NodeClassifier } from "../../src/domain/node_classifier.ts";
import { settle } from "../support/fake_clock.ts";
import { load, problemsOf } from "../config/support.ts";
import { runMain } from "../cli/support.ts";
import { RULES } from "../support/classifiers.ts";
import { failure, FakeStream } from "../support/fake_transport.ts";
import { admissionScene, post, reviewOf, URL_OF_WEBHOOK } from "./admission_scene.ts";
import { CAPACITY_TYPE, newPod, split } from "./objects.ts";
import { KEY, reconcilerScene } from "./reconciler_scene.ts";
import { fakeCluster } from "./support.ts";

for (
  const [name, text] of [
    ["an alias without an anchor", "operator: *nope\n"],
    ["an anchor within itself", "operator: &a { x: *a }\n"],
    ["a list within itself", "operator: &a [*a]\n"],
    [
      "aliases that multiply",
      "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n",
    ],
  ] as const
) {
  Deno.test(`loadConfig() refuses ${name}, with exit code 2`, async () => {
    const { code, error } = await runMain(["config", "--config", "c.yaml"], { files: { "c.yaml": text } });
    assert.equal(code, 2, error);
    assert.doesNotThrow(() => load({ text }));
  });
}

for (const tag of ["!!set { a }", "!!omap [a: 1]", "!!timestamp 2001-12-14"]) {
  Deno.test(`loadConfig() refuses ${tag} where a section has to be`, () => {
    assert.match(problemsOf({ text: `operator: ${tag}\n` })[0]!, /operator .*has to be a section/);
  });
}

Deno.test("loadConfig() refuses a section that is none, also when a variable sets a key in it", () => {
  const problems = problemsOf({ text: "webhook: true\n", env: { SPOTALIS_WEBHOOK_PORT: "443" } });
  assert.match(problems[0]!, /^webhook is true, has to be a section/);
});

for (
  const text of [
    "controllers: { disruption: { maxUnavailable: 0 } }",
    'controllers: { disruption: { maxUnavailable: "0%" } }',
    'controllers: { watchNamespaces: [""] }',
    "controllers: { watchNamespaces: a }",
    "controllers: { namespaceSelector: { matchLabels: { 'bad key!': x } } }",
    "controllers: { namespaceSelector: { matchExpressions: [{ key: a, operator: In }] } }",
    "webhook: { certDir: 7 }",
    "operator: { namespace: 7 }",
    "operator: { disruptionWindow: { schedule: 7, duration: 7 } }",
    "observability: { metrics: { path: 7 } }",
  ]
) {
  Deno.test(`loadConfig() says of ${text} what is allowed`, () => {
    for (const problem of problemsOf({ text })) {
      assert.doesNotMatch(problem, /Too small|must match pattern|Invalid (input|key|string)/);
    }
  });
}

Deno.test("parseTarget() takes no name of a prototype for a kind", () => {
  assert.throws(() => parseTarget("constructor/web"), /explain takes KIND\/NAME/);
});

Deno.test("Admission writes no Event for its own affinity when a dry run is reinvoked", async () => {
  const scene = admissionScene({ workload: { annotations: split(0) } });
  const { pod } = await scene.ask(newPod(), { dryRun: true });
  const again = await scene.ask(pod, { dryRun: true });
  assert.deepEqual(again.patch, []);
  assert.deepEqual(scene.events.reasons, []);
  assert.deepEqual(scene.results(), ["placed", "placed"]);
});

Deno.test("Admission has no side effect in a dry run: no Event for a pinned template", async () => {
  const scene = admissionScene();
  const nodeSelectorTerms = [{ matchExpressions: [{ key: CAPACITY_TYPE, operator: "In", values: ["spot"] }] }];
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
  await scene.ask(newPod({ spec: { affinity } }), { dryRun: true });
  assert.deepEqual(scene.events.reasons, []);
});

Deno.test("Reconciler ends all series of a workload that goes while another leads", async () => {
  const scene = reconcilerScene();
  const stop = await scene.start();
  scene.queue.add(KEY);
  await settle();
  scene.state.mayReconcile = false;
  scene.cache.deployments.delete("shop/web");
  scene.queue.add(KEY);
  await settle();
  assert.deepEqual(await scene.series('workload="web"'), []);
  await stop();
});

Deno.test("webhook answers 200 for a deep term, with a classifier of several terms", async () => {
  const scene = admissionScene({
    cluster: fakeCluster({ classifier: new NodeClassifier(RULES.either) }),
    workload: { annotations: split(0) },
  });
  const term = { matchExpressions: [{ key: "zone", operator: "Exists" }], deep: 0 };
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } };
  const review = JSON.stringify(reviewOf(newPod({ spec: { affinity: { nodeAffinity } } })));
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  const response = await scene.handler(post(review.replace('"deep":0', `"deep":${deep}`)));
  assert.equal(response.status, 200);
});

Deno.test("webhook answers, and does not throw, where the connection breaks within the body", async () => {
  const scene = admissionScene();
  const body = new FakeStream();
  const headers = { "content-type": "application/json" };
  const answering = scene.handler(new Request(URL_OF_WEBHOOK, { method: "POST", headers, body: body.body }));
  body.break(new TypeError("connection reset"));
  assert.equal((await answering).status, 400);
});

Deno.test("Reconciler counts a failed eviction as an error of the reconciliation", async () => {
  const scene = reconcilerScene({ answer: failure(500) });
  await scene.reconcile();
  assert.equal((await scene.series("spotalis_reconciliation_errors_total{")).length, 1);
});

for (
  const text of [
    "controllers: { reconcileInterval: 1ns }",
    "operator: { leaderElection: { retryPeriod: 1us } }",
  ]
) {
  Deno.test(`loadConfig() refuses a duration that is less than it can write: ${text}`, () => {
    assert.equal(problemsOf({ text }).length, 1);
  });
}

Deno.test("loadConfig() says of one wrong value one thing", () => {
  assert.equal(problemsOf({ text: "webhook: { port: 99999999999999999999999 }" }).length, 1);
});
