import assert from "node:assert/strict";
import { RESERVATION_MS } from "../../src/domain/reservations.ts";
import { disruptionSettings, GOOD_STANDING } from "../support/builders.ts";
import { type Answer, failure } from "../support/fake_transport.ts";
import { BLOCKED, EVICTED, FIRST_BACKOFF_MS, pathOf, reconcilerScene } from "./reconciler_scene.ts";

const TWO_AT_ONCE = { settings: disruptionSettings({ maxUnavailable: 2 }) };
/** The words of `pkg/registry/core/pod/storage/eviction.go`. */
const TWO_BUDGETS =
  "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";

function outcome(scene: ReturnType<typeof reconcilerScene>) {
  return scene.series("spotalis_evictions_total").then((all) =>
    all.filter((each) => !each.endsWith(" 0")).map((each) => each.replace(/.*outcome="([^"]*)"} /, "$1 "))
  );
}

Deno.test("Reconciler evicts one pod, by name and UID, and looks again when the cooldown is over", async () => {
  const scene = reconcilerScene();
  assert.equal(await scene.reconcile(), 10_000);
  const [request] = scene.transport.requests;
  assert.equal(request!.path, pathOf("web-2"));
  assert.equal(request!.method, "POST");
  assert.deepEqual(request!.body, {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { namespace: "shop", name: "web-2" },
    deleteOptions: { preconditions: { uid: "uid-web-2" } },
  });
  assert.equal(scene.transport.requests.length, 1);
  assert.deepEqual(await outcome(scene), ["evicted 1"]);
  assert.deepEqual(scene.events.reasons, ["Rebalancing"]);
  assert.deepEqual(scene.log.messages, ["info evict", "info evicted"]);
});

Deno.test("Reconciler evicts nothing more while the evicted pod is still there", async () => {
  const scene = reconcilerScene();
  await scene.reconcile();
  await scene.clock.advance(60_000);
  await scene.reconcile();
  assert.equal(scene.asked.length, 1);
  assert.deepEqual(await scene.series("workload_held"), [
    'spotalis_workload_held{namespace="shop",workload="web",workload_type="Deployment",reason="moving"} 1',
  ]);
});

Deno.test("Reconciler moves pod after pod until the split is right, a cooldown apart", async () => {
  const scene = reconcilerScene();
  await scene.reconcile();
  scene.replace("web-2", "on-demand-1");
  assert.equal(await scene.reconcile(), 10_000, "cooldown");
  assert.deepEqual(scene.asked, ["web-2"]);
  await scene.clock.advance(10_000);
  await scene.reconcile();
  assert.deepEqual(scene.asked, ["web-2", "web-0"]);
  scene.replace("web-0", "on-demand-1");
  await scene.clock.advance(10_000);
  assert.equal(await scene.reconcile(), undefined, "balanced");
  assert.equal(scene.asked.length, 2);
});

Deno.test("Reconciler evicts as many at once as maxUnavailable says, and never more than the drift", async () => {
  const scene = reconcilerScene({ options: { settings: disruptionSettings({ maxUnavailable: 3 }) } });
  assert.equal(await scene.reconcile(), 10_000);
  assert.deepEqual(scene.asked, ["web-2", "web-0"]);
});

for (const code of [404, 409]) {
  Deno.test(`Reconciler takes ${code} for a pod that is gone: no error, and the next one goes on`, async () => {
    const scene = reconcilerScene({ options: TWO_AT_ONCE, answer: failure(code) });
    assert.equal(await scene.reconcile(), 10_000);
    assert.deepEqual(scene.asked, ["web-2", "web-0"]);
    assert.deepEqual(await outcome(scene), ["gone 2"]);
    assert.deepEqual(scene.log.messages, ["info evict", "info not evicted", "info not evicted"]);
    assert.deepEqual(scene.events.reasons, []);
  });
}

Deno.test("fault 50: Reconciler takes 403 in a namespace that is terminating for a pod that is gone", async () => {
  const answer = failure(403, { reason: "Forbidden", causes: ["NamespaceTerminating"] });
  const scene = reconcilerScene({ answer });
  assert.equal(await scene.reconcile(), 10_000);
  assert.deepEqual(await outcome(scene), ["gone 1"]);
  assert.deepEqual(scene.events.reasons, []);
});

Deno.test("fault 9: Reconciler holds for 5 s when a budget blocks, then twice as long each time, to 1 min", async () => {
  const scene = reconcilerScene({ answer: BLOCKED });
  const waits = [];
  for (let tries = 1; tries <= 6; tries++) {
    assert.equal(await scene.reconcile(), 0, "looks at once what that means");
    assert.equal(scene.asked.length, tries);
    const waitMs = await scene.reconcile();
    assert.equal(scene.asked.length, tries, "held by the budget");
    waits.push(waitMs);
    await scene.clock.advance(waitMs!);
  }
  assert.deepEqual(waits, [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  assert.deepEqual(await outcome(scene), ["blocked 6"]);
  assert.equal(await scene.series("reconciliation_errors_total{").then((all) => all.length), 0);
  assert.equal(scene.log.lines.filter(({ level }) => level !== "info").length, 0);
});

Deno.test("fault 9: Reconciler says in an Event that a budget blocks, and in a metric which", async () => {
  const scene = reconcilerScene({ answer: BLOCKED });
  scene.addBudget(1);
  await scene.reconcile();
  await scene.reconcile();
  assert.deepEqual(scene.events.reasons, ["BlockedByBudget"]);
  assert.match(scene.events.all[0]!.note, /Cannot evict pod "shop\/web-2": .*disruption budget/);
  assert.deepEqual(await scene.series("blocked_by_pdb_total{"), [
    'spotalis_rebalancing_blocked_by_pdb_total{namespace="shop",workload="web",workload_type="Deployment",pdb="limit"} 1',
  ]);
});

Deno.test("Reconciler tries a blocked pod again at once when the budget changes", async () => {
  const scene = reconcilerScene({ answer: BLOCKED });
  scene.addBudget(1);
  await scene.reconcile();
  assert.equal(await scene.reconcile(), 5_000);
  assert.equal(scene.asked.length, 1);
  scene.addBudget(2);
  await scene.reconcile();
  assert.equal(scene.asked.length, 2);
  assert.equal(await scene.reconcile(), 5_000, "and the wait starts over");
});

Deno.test("Reconciler asks for no eviction that a budget would refuse", async () => {
  const scene = reconcilerScene();
  scene.addBudget(0);
  assert.equal(await scene.reconcile(), 60_000);
  assert.deepEqual(scene.asked, []);
  assert.deepEqual(scene.events.reasons, ["BlockedByBudget"]);
  assert.match(scene.events.all[0]!.note, /disruption budget "limit" allows 0 disruptions/);
});

Deno.test("Reconciler evicts nothing while the API server asks to slow down, and longer where it says so", async () => {
  const scene = reconcilerScene({
    options: TWO_AT_ONCE,
    answer: failure(429, { reason: "TooManyRequests", headers: { "retry-after": "7" } }),
  });
  assert.equal(await scene.reconcile(), 2_000);
  assert.equal(scene.asked.length, 1, "not the second victim either");
  await scene.clock.advance(6_999);
  assert.equal(await scene.reconcile(), 2_000);
  assert.equal(scene.asked.length, 1);
  await scene.clock.advance(1);
  await scene.reconcile();
  assert.equal(scene.asked.length, 2);
  assert.deepEqual(await outcome(scene), ["throttled 2"]);
  assert.deepEqual(scene.events.reasons, [], "no budget is to blame");
});

Deno.test("fault 12: Reconciler holds for 5 min where two budgets cover a pod, and says so in one Event", async () => {
  const scene = reconcilerScene({ answer: failure(500, { message: TWO_BUDGETS }) });
  assert.equal(await scene.reconcile(), 0);
  assert.equal(await scene.reconcile(), 300_000);
  await scene.clock.advance(299_000);
  assert.equal(await scene.reconcile(), 1_000);
  assert.equal(scene.asked.length, 1);
  assert.deepEqual(scene.events.reasons, ["BlockedByBudget"]);
  assert.match(scene.events.all[0]!.note, /more than one PodDisruptionBudget/);
  assert.deepEqual(await outcome(scene), ["misconfigured 1"]);
  await scene.clock.advance(1_000);
  await scene.reconcile();
  assert.equal(scene.asked.length, 2);
});

Deno.test("Reconciler tries a forbidden eviction once, and logs which right is missing", async () => {
  const message = 'pods "web-2" is forbidden: User "spotalis" cannot create resource "pods/eviction"';
  const scene = reconcilerScene({
    options: TWO_AT_ONCE,
    answer: failure(403, { reason: "Forbidden", message }),
  });
  assert.equal(await scene.reconcile(), 0);
  assert.equal(await scene.reconcile(), 300_000);
  assert.deepEqual(scene.asked, ["web-2"]);
  assert.match(String(scene.log.of("not evicted")[0]!["detail"]), /cannot create resource "pods\/eviction"/);
  assert.deepEqual(scene.log.of("hold").map(({ reason }) => reason), ["forbidden"]);
  assert.deepEqual(scene.events.reasons, []);
});

for (
  const [name, answer] of [
    ["500", failure(500, { message: "etcdserver: request timed out" })],
    ["503", failure(503)],
  ] as const
) {
  Deno.test(`Reconciler waits longer after each ${name}, and shows the error`, async () => {
    const scene = reconcilerScene({ answer });
    const waits = [await scene.reconcile(), await scene.reconcile(), await scene.reconcile()];
    assert.deepEqual(waits, [FIRST_BACKOFF_MS, FIRST_BACKOFF_MS * 2, FIRST_BACKOFF_MS * 4]);
    assert.deepEqual(await outcome(scene), ["failed 3"]);
    assert.deepEqual(
      scene.log.messages.filter((each) => each.startsWith("error")),
      ["error eviction failed", "error eviction failed", "error eviction failed"],
    );
    assert.deepEqual(scene.events.reasons, []);
  });
}

Deno.test("Reconciler takes an eviction without an answer for one that may have been carried out", async () => {
  const scene = reconcilerScene();
  const broken: Answer = () => Promise.reject(new TypeError("connection reset"));
  scene.transport.on("POST", pathOf("web-2"), broken);
  assert.equal(await scene.reconcile(), FIRST_BACKOFF_MS);
  assert.equal(await scene.reconcile(), 10_000);
  assert.deepEqual(await outcome(scene), ["failed 1"]);
  await scene.clock.advance(10_000);
  await scene.reconcile();
  assert.deepEqual((await outcome(scene)).toSorted(), ["evicted 1", "failed 1"]);
});

Deno.test("Reconciler starts its waits over when an eviction has worked", async () => {
  const scene = reconcilerScene();
  scene.transport.on("POST", pathOf("web-2"), failure(500), failure(500), EVICTED);
  assert.equal(await scene.reconcile(), FIRST_BACKOFF_MS);
  assert.equal(await scene.reconcile(), FIRST_BACKOFF_MS * 2);
  assert.equal(await scene.reconcile(), 10_000);
  scene.replace("web-2", "on-demand-1");
  await scene.clock.advance(10_000);
  scene.transport.on("POST", pathOf("web-0"), failure(500));
  assert.equal(await scene.reconcile(), FIRST_BACKOFF_MS);
});

const STANDINGS = {
  lease: "leadership may have lapsed",
  stale: "no word of pods from the API server for 1m1s",
};

for (const [name, why] of Object.entries(STANDINGS)) {
  Deno.test(`fault 23: Reconciler asks again right before each eviction whether it may: ${name}`, async () => {
    const scene = reconcilerScene({
      options: TWO_AT_ONCE,
      answer: (request) => {
        scene.state.standing = { ...GOOD_STANDING, [name]: why };
        return EVICTED(request);
      },
    });
    assert.equal(await scene.reconcile(), 2_000);
    assert.deepEqual(scene.asked, ["web-2"]);
  });

  Deno.test(`Reconciler evicts nothing while its standing is bad, and looks again soon: ${name}`, async () => {
    const scene = reconcilerScene();
    scene.state.standing = { ...GOOD_STANDING, [name]: why };
    assert.equal(await scene.reconcile(), 2_000);
    assert.deepEqual(scene.asked, []);
    assert.deepEqual(scene.log.of("hold").map(({ reason, detail }) => [reason, detail]), [[name, why]]);
  });
}

Deno.test("fault 45: Reconciler moves nothing until the places of pods that were rejected are free again", async () => {
  const scene = reconcilerScene();
  scene.reservations.reserve("ReplicaSet-web-1", { slot: 4, capacity: "on-demand" }, scene.clock.now());
  assert.equal(await scene.reconcile(), RESERVATION_MS);
  assert.deepEqual(scene.asked, []);
  await scene.clock.advance(RESERVATION_MS);
  await scene.reconcile();
  assert.deepEqual(scene.asked, ["web-2"]);
});

Deno.test("fault 25: Reconciler ends the eviction that is under way when its queue is closed, and begins no other", async () => {
  const scene = reconcilerScene({
    options: TWO_AT_ONCE,
    answer: (request) => {
      scene.queue.close();
      return EVICTED(request);
    },
  });
  assert.equal(await scene.reconcile(), undefined);
  assert.deepEqual(scene.asked, ["web-2"]);
  assert.deepEqual(scene.log.of("evicted").map(({ pod }) => pod), ["web-2"], "what came of it is told");
});

Deno.test("Reconciler in read-only mode evicts nothing, and says once what it would do", async () => {
  const scene = reconcilerScene({ options: { isReadOnly: true } });
  for (let i = 0; i < 3; i++) assert.equal(await scene.reconcile(), undefined);
  assert.deepEqual(scene.transport.requests, []);
  assert.deepEqual(scene.log.messages, ["info would evict"]);
  assert.deepEqual(scene.log.lines[0]!.fields["victims"], ["web-2"]);
  assert.deepEqual(await scene.series('action="evict"'), [
    'spotalis_reconciliations_total{namespace="shop",workload="web",workload_type="Deployment",action="evict",result="read_only"} 3',
  ]);
  assert.deepEqual(scene.events.all, []);
});
