import assert from "node:assert/strict";
import { RateLimiter } from "../../src/kube/rate_limiter.ts";
import { sleep } from "../../src/runtime/clock.ts";
import { Evictor } from "../../src/operator/evictor.ts";
import { eventually } from "./support/eventually.ts";
import type { Json } from "./support/json.ts";
import { setReady } from "./support/set_ready.ts";
import type { Play, Scenario, Scene, Stage } from "./support/stage.ts";
import { budget, deployment, statefulSet } from "./support/workloads.ts";

const PERCENTAGE = "spotalis.io/spot-percentage";
const HELD = ["example.io/wait"];

/** A deployment whose pods stay, when they are deleted, until `letGo`. */
function stubborn(name: string, options: { replicas: number; percentage: number }): Json {
  const object = deployment({ name, ...options });
  object.spec.template.metadata.finalizers = HELD;
  return object;
}

async function letGo({ witness, patch }: Scene): Promise<void> {
  for (const { name } of witness.pods.values()) {
    await patch(`pod/${name}`, { metadata: { finalizers: null } }).catch(ignoreGone);
  }
}

/** A pod that has gone meanwhile needs nothing any more. */
function ignoreGone(error: unknown): void {
  if (!/not ?found/i.test(String(error))) throw error;
}

function evictorOf({ client, clock }: Scene): Evictor {
  return new Evictor({ client, limiter: new RateLimiter(clock, { qps: 50, burst: 100 }), clock });
}

async function decided({ operator, namespace }: Scene, reason: string, app?: string): Promise<void> {
  await operator.logged((line) =>
    line["namespace"] === namespace && line["reason"] === reason &&
    (app === undefined || line["workload"] === `Deployment/${app}`)
  );
}

/** One budget over `a` and `other`, which uses it up; `c` has none. */
async function sharedBudget(scene: Scene): Promise<void> {
  const { apply, annotate, witness, namespace, operator, events, client, clock } = scene;
  const both = { selector: { matchExpressions: [{ key: "app", operator: "In", values: ["a", "other"] }] } };
  await apply(
    budget({ name: "shared", app: "", spec: { ...both, maxUnavailable: 1 } }),
    deployment({ name: "other", replicas: 2, enabled: false }),
    ...["a", "c"].map((name) => deployment({ name, replicas: 4, percentage: 50 })),
  );
  await Promise.all([["a", 4], ["c", 4], ["other", 2]].map(([app, n]) => witness.settled(`${app}`, Number(n))));
  const sick = witness.of("other")[0]!.name;
  await setReady(scene, { pod: sick, isReady: false });
  const path = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets/shared`;
  await eventually(clock, async () => {
    const { status } = await client.request<Json>("GET", path, { signal: new AbortController().signal });
    assert.equal(status.disruptionsAllowed, 0);
  });
  for (const app of ["a", "c"]) await annotate(`deployment/${app}`, { [PERCENTAGE]: "25" });
  const isMoved = (app: string) => witness.isSettled(app, 4) && witness.split(app).spot === 1;
  await witness.until(() => isMoved("c"), { what: "the move of c" });
  await decided(scene, "budget", "a");
  await eventually(clock, async () => assert.equal((await events("BlockedByBudget")).length, 1));
  const labels = { namespace, workload: "a", pdb: "shared" };
  assert.equal(await operator.metric("spotalis_rebalancing_blocked_by_pdb_total", labels), 1);
  assert.equal(witness.evicted.size, 1, "only of c");
  await setReady(scene, { pod: sick, isReady: true });
  await witness.until(() => isMoved("a"), { what: "the move of a" });
  assert.equal(witness.evicted.size, 2);
  assert.equal(await operator.metric("spotalis_reconciliation_errors_total", { namespace }), 0);
}

async function namesake(scene: Scene): Promise<void> {
  const { apply, remove, witness, namespace } = scene;
  // Not managed: only this test evicts.
  await apply(statefulSet({ name: "db", replicas: 2, enabled: false }));
  await witness.settled("db", 2);
  const old = witness.of("db").find(({ name }) => name === "db-1")!;
  await remove("pod/db-1");
  const isNew = () => witness.isSettled("db", 2) && !witness.pods.has(old.uid);
  await witness.until(isNew, { what: "a new db-1" });
  const before = new Set(witness.pods.keys());
  const { outcome } = await evictorOf(scene).evict({ namespace, name: "db-1", uid: old.uid });
  assert.equal(outcome, "gone");
  assert.deepEqual(new Set(witness.pods.keys()), before);
  assert.ok(witness.isSettled("db", 2), "the new one is as it was");
}

async function madeAgain(scene: Scene): Promise<void> {
  const { apply, remove, witness } = scene;
  await apply(deployment({ name: "web", replicas: 6, percentage: 100 }));
  await witness.settled("web", 6);
  const old = new Set(witness.pods.keys());
  await remove("deployment/web");
  await apply(deployment({ name: "web", replicas: 6, percentage: 50, floor: 3 }));
  const isNew = () => witness.isSettled("web", 6) && ![...witness.pods.keys()].some((uid) => old.has(uid));
  await witness.until(isNew, { what: "6 new pods" });
  assert.deepEqual(witness.split("web"), { spot: 3, onDemand: 3, unbound: 0 });
  assert.equal(witness.evicted.size, 0);
}

async function terminatingNamespace(scene: Scene): Promise<void> {
  const { apply, annotate, patch, witness, cluster, namespace, operator } = scene;
  const web = stubborn("web", { replicas: 4, percentage: 50 });
  await apply({ ...web, metadata: { ...web.metadata, finalizers: HELD } });
  await witness.settled("web", 4);
  await cluster.remove(`namespace/${namespace}`);
  await decided(scene, "deleted");
  await annotate("deployment/web", { [PERCENTAGE]: "0" });
  await witness.until(() => witness.of("web").every((pod) => pod.isTerminating), { what: "their deletion" });
  assert.equal(witness.evicted.size, 0);
  assert.equal(await operator.metric("spotalis_reconciliation_errors_total", { namespace }), 0);
  assert.ok(!operator.log.some((line) => line.message === "Event not written"));
  await patch("deployment/web", { metadata: { finalizers: null } });
  await letGo(scene);
}

async function deletedMeanwhile(scene: Scene): Promise<void> {
  const { apply, annotate, remove, witness, namespace, operator, clock } = scene;
  await apply(deployment({ name: "web", replicas: 6, percentage: 50 }));
  await witness.settled("web", 6);
  await annotate("deployment/web", { [PERCENTAGE]: "0" });
  await witness.until(() => witness.evicted.size === 1, { what: "the first move" });
  await remove("deployment/web");
  await witness.until(() => witness.pods.size === 0, { what: "the end of its pods" });
  assert.equal(witness.evicted.size, 1);
  await eventually(clock, async () => {
    const left = (await operator.metrics()).split("\n").filter((line) => line.includes(`"${namespace}"`));
    assert.deepEqual(left, []);
  });
}

/** A descheduler, an updater and a node drain, say: each evicts what it likes, as often as it may. */
async function strangers(scene: Scene): Promise<void> {
  const { apply, annotate, witness, namespace, clock, operator } = scene;
  await apply(
    budget({ name: "web", app: "web", spec: { maxUnavailable: 1 } }),
    deployment({ name: "web", replicas: 8, percentage: 50 }),
  );
  await witness.settled("web", 8);
  witness.mark();
  await annotate("deployment/web", { [PERCENTAGE]: "25" });
  const evictor = evictorOf(scene);
  let theirs = 0;
  const stranger = async () => {
    for (const endMs = clock.now() + 4_000; clock.now() < endMs;) {
      const victim = witness.of("web").find((pod) => pod.isReady && !pod.isTerminating);
      if (victim === undefined) break;
      const { outcome } = await evictor.evict({ namespace, ...victim });
      if (outcome === "evicted") theirs++;
      await sleep(clock, 100, new AbortController().signal);
    }
  };
  await Promise.all([stranger(), stranger(), stranger()]);
  assert.ok(theirs >= 3, `${theirs} evictions by others`);
  const isExact = () => witness.isSettled("web", 8) && witness.split("web").spot === 2;
  await witness.until(isExact, { what: "2 on spot" });
  assert.ok(witness.fewestReady("web") >= 7, "never more than the budget allows, whoever evicts");
  const own = await operator.metric("spotalis_evictions_total", { namespace, outcome: "evicted" });
  assert.ok(own <= 2, `${own} moves of our own: no more than the drift`);
}

async function strangersCount(scene: Scene): Promise<void> {
  const { apply, annotate, witness, namespace, operator, clock } = scene;
  await apply(stubborn("web", { replicas: 4, percentage: 50 }));
  await witness.settled("web", 4);
  const victim = witness.of("web")[0]!;
  await evictorOf(scene).evict({ namespace, ...victim });
  const isReplaced = () => witness.of("web").filter((pod) => pod.isReady && !pod.isTerminating).length === 4;
  await witness.until(isReplaced, { what: "its replacement" });
  await annotate("deployment/web", { [PERCENTAGE]: "25" });
  const target = { namespace, replica_type: "spot" };
  await eventually(clock, async () => {
    assert.equal(await operator.metric("spotalis_workload_target_replicas", target), 1);
    assert.equal(await operator.metric("spotalis_workload_held", { namespace, reason: "moving" }), 1);
  });
  assert.deepEqual([...witness.evicted], [victim.uid]);
  await letGo(scene);
  await witness.until(() => witness.isSettled("web", 4) && witness.split("web").spot === 1, {
    what: "the move",
  });
}

async function act(play: Play, _stage: Stage): Promise<void> {
  await Promise.all([
    play(
      "fault 9: a budget that another workload has used up holds those that it covers, and no others",
      sharedBudget,
    ),
    play("fault 15: a pod made again under its name is left alone, and the old one counts as gone", namesake),
    play(
      "fault 48: a workload made again under its name is placed by its own policy, from the first pod",
      madeAgain,
    ),
    play(
      "fault 50: in a namespace that is terminating nothing is evicted and no Event written",
      terminatingNamespace,
    ),
    play(
      "fault 51: a workload deleted in the middle of its moves leaves no move and no series",
      deletedMeanwhile,
    ),
    play(
      "fault 58: others evict at the same time: the budget is shared, and we move only the drift",
      strangers,
    ),
    play("fault 58: a pod that another evicted holds our own moves until it has gone", strangersCount),
  ]);
}

const config = () => ({ controllers: { workloadTiming: { cooldownPeriod: "2s" } } });

export const SCENARIOS: readonly Scenario[] = [{ options: { name: "other-hands", config }, act }];
