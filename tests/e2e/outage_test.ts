import assert from "node:assert/strict";
import type { Json } from "../scenarios/support/json.ts";
import type { LogLine } from "../scenarios/support/log_book.ts";
import { OPERATOR_LABEL } from "../scenarios/support/stage.ts";
import { deployment } from "../scenarios/support/workloads.ts";
import { Cluster } from "./support/cluster.ts";
import { runCommand } from "./support/command.ts";
import { Operator } from "./support/operator.ts";

const NAME = "outage";
const OUTAGE_MS = 30_000;

/** The cluster is this test's own, since it takes its API server away. */
Deno.test({
  name:
    "fault 1: the API server stopped for 30 s: no eviction from stale caches, one relist, and all works after",
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "spotalis-outage-" });
    const cluster = await Cluster.up(`${folder}/cluster`, { nodes: 2 });
    try {
      await using operator = await Operator.start(cluster, { name: NAME });
      await cluster.apply({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "shop", labels: { [OPERATOR_LABEL]: NAME } },
      });
      const web = deployment({ name: "web", replicas: 10, percentage: 70, floor: 1 });
      await cluster.apply({ ...web, metadata: { ...web.metadata, namespace: "shop" } });
      await cluster.kubectl(["-n", "shop", "rollout", "status", "deployment/web", "--timeout=60s"]);
      await operator.logged((line) => line["namespace"] === "shop" && line["reason"] === "balanced");
      const replicaSet = (await cluster.get("-n", "shop", "replicasets")).items[0];

      // A move has begun and two more are due: within the outage, when the cooldown is over.
      await cluster.patch("deployment/web", "shop", {
        metadata: { annotations: { "spotalis.io/spot-percentage": "40" } },
      });
      await operator.logged((line) => line.message === "evicted");
      await operator.logged((line) => line["reason"] === "cooldown");
      const evicted = () => operator.metric("spotalis_evictions_total", { outcome: "evicted" });
      assert.equal(await evicted(), 1);
      await cluster.stop("kube-apiserver");
      const stopped = Date.now();
      await assertReviewed(operator, replicaSet);
      await new Promise((resolve) => setTimeout(resolve, stopped + OUTAGE_MS - Date.now()));
      assert.equal(await evicted(), 1, "nothing was evicted while it was away");
      await assertReviewed(operator, replicaSet);
      await cluster.start("kube-apiserver");
      await operator.ready(30_000);

      const split = async () => {
        const { items } = await cluster.get("-n", "shop", "pods");
        return items.filter((pod: Json) => pod.spec.nodeName?.startsWith("spot-")).length;
      };
      for (const end = Date.now() + 90_000; await split() !== 4;) {
        assert.ok(Date.now() < end, `the moves go on afterwards\n${operator.tail()}`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      await cluster.kubectl(["-n", "shop", "rollout", "status", "deployment/web", "--timeout=60s"]);
      assert.equal(await evicted(), 3, "as many as the drift");
      // Of what it knew before the outage nothing was evicted: each watch was whole before the next move.
      const whole = operator.log.findLastIndex((line) => line.message === "watch whole again");
      const isNext = (line: LogLine) =>
        line.message === "evicted" && Date.parse(String(line["time"])) > stopped;
      const next = operator.log.findIndex(isNext);
      assert.ok(whole >= 0 && whole < next, `${whole} < ${next}`);
      for (
        const resource of [
          "pods",
          "nodes",
          "namespaces",
          "deployments",
          "statefulsets",
          "replicasets",
          "poddisruptionbudgets",
        ]
      ) {
        assert.ok(
          await operator.metric("spotalis_cache_lists", { resource }) <= 2,
          `${resource}: one relist at the most`,
        );
      }
      assert.equal(await operator.metric("spotalis_webhook_requests_total", { result: "error" }), 0);
      await cluster.kubectl(["-n", "shop", "scale", "deployment/web", "--replicas=20"]);
      await cluster.kubectl(["-n", "shop", "rollout", "status", "deployment/web", "--timeout=60s"]);
      assert.equal(await split(), 8, "admission goes on");
    } finally {
      await cluster.down();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** A dry-run review sent straight to the webhook is answered, and placed, with the API server away. */
async function assertReviewed(operator: Operator, { metadata }: Json): Promise<void> {
  const owner = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    name: metadata.name,
    uid: metadata.uid,
    controller: true,
  };
  const request = {
    uid: crypto.randomUUID(),
    operation: "CREATE",
    namespace: "shop",
    dryRun: true,
    resource: { group: "", version: "v1", resource: "pods" },
    object: { metadata: { generateName: "web-", ownerReferences: [owner] }, spec: { containers: [] } },
  };
  const body = JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request });
  const ca = operator.configPath.replace("config.yaml", "ca.crt");
  const { stdout } = await runCommand("curl", [
    ...["-sS", "--fail", "--cacert", ca, "-H", "content-type: application/json", "--data-binary", "@-"],
    operator.webhookUrl,
  ], { input: body });
  const { response } = JSON.parse(stdout);
  assert.equal(response.allowed, true);
  assert.match(atob(response.patch), /spotalis.io~1capacity|"spotalis.io\/capacity"/);
}
