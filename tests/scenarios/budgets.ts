import assert from "node:assert/strict";
import { RateLimiter } from "../../src/kube/rate_limiter.ts";
import { Evictor } from "../../src/operator/evictor.ts";
import { eventually } from "./support/eventually.ts";
import type { Play, Scenario, Stage } from "./support/stage.ts";
import { budget, deployment } from "./support/workloads.ts";

const TO_40 = { "spotalis.io/spot-percentage": "40" };

async function act(play: Play, { operator, clock }: Stage): Promise<void> {
  const heldBy = (namespace: string, reason: string) =>
    operator.metric("spotalis_workload_held", { namespace, reason });
  const decided = (namespace: string, reason: string) =>
    operator.logged((line) => line["namespace"] === namespace && line["reason"] === reason);
  const evictionRequests = () => operator.metric("spotalis_api_requests_total", { resource: "pods/eviction" });

  await play(
    "fault 59: a budget that allows none holds everything, and its release is acted on within 10 s",
    async (scene) => {
      const { apply, annotate, patch, witness, namespace, events } = scene;
      await apply(
        budget({ name: "none", app: "web", spec: { maxUnavailable: 0 } }),
        deployment({ name: "web", replicas: 10, percentage: 70 }),
      );
      await witness.settled("web", 10);
      witness.mark();
      await annotate("deployment/web", TO_40);
      const line = await decided(namespace, "budget");
      assert.match(String(line["detail"]), /disruption budget "none" allows 0 disruptions/);
      assert.equal(await heldBy(namespace, "budget"), 1);
      assert.equal(witness.evicted.size, 0);
      await patch("poddisruptionbudget/none", { spec: { maxUnavailable: 1 } });
      await witness.until(() => witness.evicted.size === 1, { what: "the first eviction", ms: 10_000 });
      const blocked = await events("BlockedByBudget");
      assert.equal(blocked.length, 1);
      assert.equal(blocked[0].series, undefined, "once");
      assert.equal(await heldBy(namespace, "budget"), 0);
    },
  );

  await play("fault 12: two budgets over one pod: one Event, and no storm of requests", async (scene) => {
    const { apply, annotate, witness, namespace, events } = scene;
    await apply(
      budget({ name: "one", app: "web", spec: { maxUnavailable: 1 } }),
      budget({ name: "two", app: "web", spec: { maxUnavailable: 1 } }),
      deployment({ name: "web", replicas: 5, percentage: 80 }),
    );
    await witness.settled("web", 5);
    witness.mark();
    const before = await evictionRequests();
    await annotate("deployment/web", TO_40);
    const line = await decided(namespace, "budget");
    assert.match(String(line["detail"]), /"one" and "two" cover one pod/);
    // Every change of the workload is a reason to look again, and none to ask the API server.
    const looks = () => operator.metric("spotalis_reconciliations_total", { namespace, result: "budget" });
    for (let i = 0; i < 5; i++) {
      const seen = await looks();
      await annotate("deployment/web", { "spotalis.io/min-on-demand": String(i % 2) });
      await eventually(clock, async () => assert.ok(await looks() > seen));
    }
    assert.equal(witness.evicted.size, 0);
    assert.ok(await evictionRequests() - before <= 1);
    await eventually(clock, async () => assert.equal((await events("BlockedByBudget")).length, 1));
  });

  await play("fault 14: what the API server answers to an eviction is taken for what it is", async (scene) => {
    const { apply, remove, witness, namespace, client } = scene;
    const limiter = new RateLimiter(clock, { qps: 50, burst: 100 });
    const evictor = new Evictor({ client, limiter, clock });
    // Not managed: only this test evicts.
    await apply(
      budget({ name: "none", app: "web", spec: { maxUnavailable: 0 } }),
      deployment({ name: "web", replicas: 2, enabled: false }),
    );
    await witness.settled("web", 2);
    const { name, uid } = witness.of("web")[0]!;
    const evict = async (target: { name: string; uid: string }) =>
      (await evictor.evict({ namespace, ...target })).outcome;
    await eventually(clock, async () => assert.equal(await evict({ name, uid }), "blocked"));
    await apply(budget({ name: "two", app: "web", spec: { maxUnavailable: 1 } }));
    await eventually(clock, async () => assert.equal(await evict({ name, uid }), "misconfigured"));
    for (const name of ["none", "two"]) await remove(`poddisruptionbudget/${name}`);
    await eventually(clock, async () => assert.equal(await evict({ name, uid: "of-another-life" }), "gone"));
    assert.equal(await evict({ name: "no-such-pod", uid }), "gone");
    assert.equal(witness.evicted.size, 0);
    assert.equal(await evict({ name, uid }), "evicted");
  });

  await play("a pod with karpenter.sh/do-not-disrupt is never chosen", async (scene) => {
    const { apply, annotate, patch, witness, namespace } = scene;
    await apply(deployment({ name: "web", replicas: 4, percentage: 50 }));
    await witness.settled("web", 4);
    // Both spot pods but one may not be touched: the one in the lower slot has to go.
    const [low, high] = witness.of("web").filter((pod) => pod.on === "spot").toSorted((a, b) =>
      a.slot! - b.slot!
    );
    await annotate(`pod/${high!.name}`, { "karpenter.sh/do-not-disrupt": "true" });
    await witness.until(
      () => witness.pods.get(high!.uid)?.object.metadata.annotations["karpenter.sh/do-not-disrupt"] === "true",
      { what: "the annotation" },
    );
    witness.mark();
    await annotate("deployment/web", { "spotalis.io/spot-percentage": "25" });
    await witness.until(() => witness.isSettled("web", 4) && witness.split("web").spot === 1, {
      what: "1 on spot",
    });
    assert.deepEqual([...witness.evicted], [low!.uid]);
    await patch("deployment/web", { metadata: { annotations: { "spotalis.io/spot-percentage": "0" } } });
    const line = await decided(namespace, "protected");
    assert.match(String(line["detail"]), /karpenter.sh\/do-not-disrupt=true/);
    assert.equal(witness.evicted.size, 1);
  });
}

export const SCENARIOS: readonly Scenario[] = [{ options: { name: "budgets" }, act }];
