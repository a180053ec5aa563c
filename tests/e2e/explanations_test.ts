import assert from "node:assert/strict";
import { CAPACITY_LABEL, type Scene } from "../scenarios/support/stage.ts";
import { budget, deployment, selecting } from "../scenarios/support/workloads.ts";
import { eventually } from "./support/eventually.ts";
import { stage } from "./support/scene.ts";

const PERCENTAGE = "spotalis.io/spot-percentage";

/** Log, metric and `explain` give one and the same reason for a workload. */
async function agree(
  { operator, namespace }: Scene,
  { reason, action, detail }: { reason: string; action: "hold" | "ignore"; detail: RegExp },
): Promise<void> {
  const line = await operator.logged((line) => line["namespace"] === namespace && line["reason"] === reason);
  assert.equal(line["action"], action);
  assert.match(String(line["detail"]), detail);
  await eventually(async () => {
    const held = await operator.metric("spotalis_workload_held", { namespace, reason });
    assert.equal(held, action === "hold" ? 1 : 0, "the gauge");
    const result = await operator.metric("spotalis_reconciliations_total", {
      namespace,
      action,
      result: reason,
    });
    assert.ok(result >= 1, "the counter");
    const explained = JSON.parse(
      await operator.cli("explain", "deployment/web", "-n", namespace, "-o", "json"),
    );
    assert.equal(explained.decision.action, action);
    assert.equal(explained.decision.reason, reason);
    const first = explained.gates.find(({ answer }: { answer: string }) => answer === "holds");
    assert.equal(first.gate, reason);
    assert.match(first.detail, detail);
  });
  const text = await operator.cli("explain", "deployment/web", "-n", namespace);
  assert.match(text, new RegExp(`${reason} +holds`));
}

stage({ name: "explanations" }, async (play, { cluster, operator }) => {
  for (const capacity of ["spot", "on-demand"]) {
    await cluster.script("node", cluster.dir, `explain-${capacity}`, `${CAPACITY_LABEL}=${capacity}`);
    await cluster.kubectl(["label", "node", `explain-${capacity}`, "zone=explain"]);
    // Other tests share the cluster, and know no nodes but those that were there from the start.
    await cluster.kubectl(["taint", "node", `explain-${capacity}`, "zone=explain:NoSchedule"]);
  }
  const web = deployment({ name: "web", replicas: 4, percentage: 50 });

  await play("policy", async (scene) => {
    await scene.apply(deployment({ name: "web", replicas: 1, percentage: "x" }));
    await agree(scene, { reason: "policy", action: "ignore", detail: /"x", allowed is an integer/ });
    await eventually(async () => assert.equal((await scene.events("InvalidPolicy")).length, 1));
  });

  await play("deleted", async (scene) => {
    await scene.apply({ ...web, metadata: { ...web.metadata, finalizers: ["example.io/wait"] } });
    await scene.witness.settled("web", 4);
    await scene.remove("deployment/web");
    await agree(scene, { reason: "deleted", action: "ignore", detail: /is being deleted/ });
    await scene.patch("deployment/web", { metadata: { finalizers: null } });
  });

  await play("empty", async (scene) => {
    await scene.apply(deployment({ name: "web", replicas: 0, percentage: 50 }));
    await agree(scene, { reason: "empty", action: "ignore", detail: /replicas is 0/ });
  });

  await play("fault 55: paused", async (scene) => {
    await scene.apply(web);
    await scene.witness.settled("web", 4);
    await scene.patch("deployment/web", {
      spec: { paused: true },
      metadata: { annotations: { [PERCENTAGE]: "0" } },
    });
    await agree(scene, { reason: "paused", action: "hold", detail: /is paused/ });
  });

  await play("fault 55: rollout", async (scene) => {
    await scene.apply(web);
    await scene.witness.settled("web", 4);
    const stuck = { nodeSelector: { "example.io/nowhere": "x" } };
    await scene.patch("deployment/web", {
      metadata: { annotations: { [PERCENTAGE]: "0" } },
      spec: { template: { spec: stuck } },
    });
    const isStuck = () => new Set(scene.witness.of("web").map((pod) => pod.owner)).size === 2;
    await scene.witness.until(isStuck, { what: "two ReplicaSets" });
    await eventually(() => agree(scene, { reason: "rollout", action: "hold", detail: /.+/ }));
    assert.equal(scene.witness.evicted.size, 0);
  });

  await play("fault 53: interrupted", async (scene) => {
    await scene.apply(deployment({
      name: "web",
      replicas: 4,
      percentage: 50,
      template: { spec: { nodeSelector: { zone: "explain" }, tolerations: [{ operator: "Exists" }] } },
    }));
    await scene.witness.settled("web", 4);
    await cluster.kubectl(["cordon", "explain-spot"]);
    await scene.annotate("deployment/web", { [PERCENTAGE]: "0" });
    await agree(scene, { reason: "interrupted", action: "hold", detail: /2 pods on departing nodes/ });
    await cluster.kubectl(["uncordon", "explain-spot"]);
    await scene.witness.until(() => scene.witness.evicted.size === 1, {
      what: "the move, now that it is safe",
    });
  });

  await play("balanced", async (scene) => {
    await scene.apply(web);
    await scene.witness.settled("web", 4);
    await agree(scene, { reason: "balanced", action: "ignore", detail: /as asked/ });
  });

  await play("window", async (scene) => {
    const at = new Date(Date.now() + 12 * 3_600_000);
    const annotations = {
      "spotalis.io/disruption-schedule": `0 ${at.getUTCHours()} * * *`,
      "spotalis.io/disruption-duration": "1m",
    };
    await scene.apply(deployment({ name: "web", replicas: 4, percentage: 50, annotations }));
    await scene.witness.settled("web", 4);
    await scene.annotate("deployment/web", { [PERCENTAGE]: "0" });
    await agree(scene, { reason: "window", action: "hold", detail: /outside the disruption window/ });
  });

  await play("budget", async (scene) => {
    await scene.apply(budget({ name: "none", app: "web", spec: { minAvailable: "100%" } }), web);
    await scene.witness.settled("web", 4);
    await scene.annotate("deployment/web", { [PERCENTAGE]: "0" });
    await agree(scene, { reason: "budget", action: "hold", detail: /"none" allows 0 disruptions/ });
    await eventually(async () => assert.equal((await scene.events("BlockedByBudget")).length, 1));
  });

  await play("protected", async (scene) => {
    const template = { annotations: { "karpenter.sh/do-not-disrupt": "true" } };
    await scene.apply(deployment({ name: "web", replicas: 4, percentage: 50, template }));
    await scene.witness.settled("web", 4);
    await scene.annotate("deployment/web", { [PERCENTAGE]: "0" });
    await agree(scene, { reason: "protected", action: "hold", detail: /karpenter.sh\/do-not-disrupt=true/ });
  });

  await play("moving: a pod that was evicted has not gone yet", async (scene) => {
    // Its finalizer keeps it, while its replacement is ready already.
    const held = deployment({ name: "web", replicas: 4, percentage: 50 });
    held.spec.template.metadata.finalizers = ["example.io/wait"];
    await scene.apply(held);
    await scene.witness.settled("web", 4);
    await scene.annotate("deployment/web", { [PERCENTAGE]: "0" });
    await agree(scene, { reason: "moving", action: "hold", detail: /1 pod terminating/ });
    for (const { name } of scene.witness.of("web")) {
      await scene.patch(`pod/${name}`, { metadata: { finalizers: null } });
    }
  });

  await play("cooldown, which is in the leader's memory", async ({ apply, annotate, witness, namespace }) => {
    await apply(web);
    await witness.settled("web", 4);
    await annotate("deployment/web", { [PERCENTAGE]: "0" });
    const line = await operator.logged((line) =>
      line["namespace"] === namespace && line["reason"] === "cooldown"
    );
    assert.ok(Date.parse(String(line["until"])) > Date.now());
    assert.equal(await operator.metric("spotalis_workload_held", { namespace, reason: "cooldown" }), 1);
    assert.match(
      await operator.cli("explain", "deploy/web", "-n", namespace),
      /cooldown +unknown +only the leader/,
    );
  });
  for (const capacity of ["spot", "on-demand"]) await cluster.delete("node", `explain-${capacity}`);
});

const FAST = {
  controllers: {
    workloadTiming: { cooldownPeriod: "1s" },
    namespaceSelector: { matchLabels: { "e2e.spotalis.io/operator": "unregistered" } },
  },
};

stage({ name: "unregistered", registers: false, config: () => FAST }, async (play, { operator }) => {
  await play("ineffective: without the webhook one pod is moved in vain, and then no more", async (scene) => {
    const { apply, witness, namespace, events } = scene;
    await apply(deployment({ name: "web", replicas: 4, percentage: 100, template: selecting("on-demand") }));
    await witness.settled("web", 4);
    const line = await operator.logged((line) =>
      line["namespace"] === namespace && line["reason"] === "ineffective"
    );
    assert.match(String(line["detail"]), /did not get our placement/);
    assert.ok(Date.parse(String(line["until"])) - Date.now() > 50_000);
    assert.equal(await operator.metric("spotalis_workload_held", { namespace, reason: "ineffective" }), 1);
    await eventually(async () => {
      const written = await events("PlacementIneffective");
      assert.equal(written.length, 1);
      assert.match(written[0].note, /is the webhook registered/);
    });
    assert.equal(witness.evicted.size, 1);
  });
});
