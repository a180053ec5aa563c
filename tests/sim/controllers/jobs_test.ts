import assert from "node:assert/strict";
import { GarbageCollector } from "../../../src/sim/controllers/garbage_collector.ts";
import { Jobs } from "../../../src/sim/controllers/jobs.ts";
import { isFinished, isTerminating } from "../../../src/sim/objects.ts";
import { JOBS, PODS } from "../../../src/sim/resources.ts";
import { SmallCluster, SPEC } from "../support/small_cluster.ts";

async function stage(spec: object = {}) {
  const cluster = await SmallCluster.with(Jobs, GarbageCollector);
  await cluster.create(JOBS, {
    metadata: { name: "j" },
    spec: { template: { spec: { ...SPEC, restartPolicy: "Never" } }, ...spec },
  });
  await cluster.pass();
  return cluster;
}

const running = (cluster: SmallCluster) =>
  cluster.pods().filter((pod) => !isFinished(pod) && !isTerminating(pod));
const conditions = (cluster: SmallCluster) =>
  (cluster.get(JOBS, "j").status.conditions ?? []).map(({ type, reason }: { type: string; reason: string }) =>
    `${type} ${reason}`
  );

async function end(cluster: SmallCluster, phase: "Succeeded" | "Failed") {
  cluster.report(running(cluster)[0]!, phase);
  await cluster.pass();
}

Deno.test("a Job's pods run, and its status is what Kubernetes shows", async () => {
  await using cluster = await stage({ completions: 2, parallelism: 2 });
  for (const pod of cluster.pods()) cluster.report(pod, "Running");
  await cluster.pass();
  const { startTime, ...status } = cluster.get(JOBS, "j").status;
  assert.deepEqual(status, { active: 2, ready: 2, terminating: 0, uncountedTerminatedPods: {} });
  assert.match(startTime, /^2026-01-05T00:00:0\dZ$/);
  assert.deepEqual(cluster.told, ["SuccessfulCreate", "SuccessfulCreate"]);
});

Deno.test("so many pods run at once as may, until enough have succeeded", async () => {
  await using cluster = await stage({ completions: 3, parallelism: 2 });
  assert.equal(running(cluster).length, 2);
  await end(cluster, "Succeeded");
  assert.equal(running(cluster).length, 2);
  await end(cluster, "Succeeded");
  assert.equal(running(cluster).length, 1);
  await end(cluster, "Succeeded");
  assert.equal(running(cluster).length, 0);
  const { succeeded, completionTime } = cluster.get(JOBS, "j").status;
  assert.equal(succeeded, 3);
  assert.ok(completionTime);
  assert.deepEqual(conditions(cluster), [
    "SuccessCriteriaMet CompletionsReached",
    "Complete CompletionsReached",
  ]);
});

Deno.test("a pod that fails or is deleted is made again, until too many have failed", async () => {
  await using cluster = await stage({ backoffLimit: 1 });
  cluster.api.delete(PODS, running(cluster)[0]!.metadata);
  await cluster.pass();
  await end(cluster, "Failed");
  assert.equal(running(cluster).length, 1);
  assert.deepEqual(conditions(cluster), []);
  await end(cluster, "Failed");
  assert.equal(running(cluster).length, 0);
  assert.deepEqual(conditions(cluster), ["FailureTarget BackoffLimitExceeded", "Failed BackoffLimitExceeded"]);
});

Deno.test("a Job that takes too long is ended", async () => {
  await using cluster = await stage({ activeDeadlineSeconds: 60 });
  await cluster.pass(50_000);
  assert.equal(running(cluster).length, 1);
  await cluster.pass(20_000);
  assert.equal(running(cluster).length, 0);
  assert.deepEqual(conditions(cluster), ["FailureTarget DeadlineExceeded", "Failed DeadlineExceeded"]);
});

Deno.test("a suspended Job has no pods, and another parallelism changes how many there are", async () => {
  await using cluster = await stage({ completions: 3, parallelism: 1, suspend: true });
  assert.equal(cluster.pods().length, 0);
  for (const [parallelism, expected] of [[3, 3], [1, 1]] as const) {
    const job = cluster.get(JOBS, "j");
    cluster.api.update(JOBS, { ...job, spec: { ...job.spec, suspend: false, parallelism } });
    await cluster.pass();
    assert.equal(running(cluster).length, expected);
  }
});

Deno.test("a Job goes with its pods some time after it has ended, where it says so", async () => {
  await using cluster = await stage({ ttlSecondsAfterFinished: 60 });
  await end(cluster, "Succeeded");
  await cluster.pass(30_000);
  assert.deepEqual(cluster.names(JOBS), ["j"]);
  await cluster.pass(60_000);
  assert.deepEqual([cluster.names(JOBS), cluster.pods()], [[], []]);
});
