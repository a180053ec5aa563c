import assert from "node:assert/strict";
import type { Play, Scenario, Stage } from "./support/stage.ts";
import { closedWindow, OPEN, windowAnnotations } from "./support/windows.ts";
import { deployment, selecting } from "./support/workloads.ts";

async function ofWorkload(play: Play, { operator, clock }: Stage): Promise<void> {
  await play(
    "outside the window nothing is evicted, and admission goes on; inside it the move is made",
    async (scene) => {
      const { apply, annotate, scale, witness, namespace } = scene;
      const annotations = windowAnnotations(closedWindow(clock));
      await apply(deployment({ name: "web", replicas: 10, percentage: 70, annotations }));
      await witness.settled("web", 10);
      witness.mark();
      await annotate("deployment/web", { "spotalis.io/spot-percentage": "60" });
      const line = await operator.logged((line) =>
        line["namespace"] === namespace && line["reason"] === "window"
      );
      assert.equal(line["action"], "hold");
      assert.ok(Date.parse(String(line["until"])) > clock.wall());
      assert.equal(await operator.metric("spotalis_workload_held", { namespace, reason: "window" }), 1);
      // New pods are placed by the new policy: 12 pods at 60 % are 7 on spot, as many as there are.
      await scale("deployment/web", 12);
      await witness.settled("web", 12);
      assert.deepEqual(witness.split("web"), { spot: 7, onDemand: 5, unbound: 0 });
      assert.equal(witness.evicted.size, 0);
      await annotate("deployment/web", { ...windowAnnotations(OPEN), "spotalis.io/spot-percentage": "50" });
      await witness.until(() => witness.isSettled("web", 12) && witness.split("web").spot === 6, {
        what: "6 on spot",
      });
      assert.equal(witness.evicted.size, 1);
    },
  );
}

async function ofOperator(play: Play, { operator }: Stage): Promise<void> {
  await play("the operator's own window holds where a workload has none", async (scene) => {
    const { apply, annotate, witness, namespace } = scene;
    await apply(deployment({ name: "web", replicas: 4, percentage: 50 }));
    await witness.settled("web", 4);
    await annotate("deployment/web", { "spotalis.io/spot-percentage": "0" });
    await operator.logged((line) => line["namespace"] === namespace && line["reason"] === "window");
    assert.equal(witness.evicted.size, 0);
  });
}

async function readOnly(play: Play, { operator }: Stage): Promise<void> {
  await play("with readOnlyMode nothing is patched or evicted, and all shows what would be", async (scene) => {
    const { apply, witness, namespace } = scene;
    // Nothing is patched: they are where their template puts them.
    await apply(deployment({ name: "web", replicas: 4, percentage: 100, template: selecting("on-demand") }));
    await witness.settled("web", 4);
    assert.ok(witness.of("web").every((pod) => pod.label === undefined && pod.slot === undefined));
    assert.equal(await operator.metric("spotalis_webhook_requests_total", { result: "read_only" }), 4);
    assert.equal(witness.split("web").onDemand, 4);
    const line = await operator.logged((line) =>
      line["namespace"] === namespace && line.message === "would evict"
    );
    assert.equal((line["victims"] as string[]).length, 1);
    const plan = JSON.parse(await operator.cli("plan", "-o", "json", "-n", namespace));
    assert.deepEqual(plan.workloads[0].victims, line["victims"]);
    assert.equal(plan.workloads[0].action, "evict");
    assert.equal(
      await operator.metric("spotalis_workload_replicas", { namespace, replica_type: "on-demand" }),
      4,
    );
    assert.equal(
      await operator.metric("spotalis_workload_target_replicas", { namespace, replica_type: "spot" }),
      4,
    );
    assert.equal(await operator.metric("spotalis_evictions_total", { namespace }), 0);
    assert.ok(await operator.metric("spotalis_reconciliations_total", { namespace, result: "read_only" }) > 0);
    assert.equal(witness.evicted.size, 0);
  });
}

export const SCENARIOS: readonly Scenario[] = [
  { options: { name: "windows" }, act: ofWorkload },
  {
    options: {
      name: "operator-window",
      config: (clock) => ({ operator: { disruptionWindow: closedWindow(clock) } }),
    },
    act: ofOperator,
  },
  { options: { name: "read-only", config: () => ({ operator: { readOnlyMode: true } }) }, act: readOnly },
];
