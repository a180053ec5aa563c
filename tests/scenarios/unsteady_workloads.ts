import assert from "node:assert/strict";
import { eventually } from "./support/eventually.ts";
import type { Json } from "./support/json.ts";
import { setReady } from "./support/set_ready.ts";
import type { LogLine } from "./support/log_book.ts";
import type { Play, Scenario, Scene } from "./support/stage.ts";
import { deployment, statefulSet } from "./support/workloads.ts";

const PERCENTAGE = "spotalis.io/spot-percentage";
const { signal } = new AbortController();

/** Waits for a decision with this reason, which was not in the log `before`. */
async function held({ operator, namespace }: Scene, reason: string, before: readonly LogLine[] = []) {
  const old = new Set(before);
  await operator.logged((line) =>
    line["namespace"] === namespace && line["reason"] === reason && !old.has(line)
  );
}

/** All replicas are ready, and that is known: answers the log so far. */
async function atRest(scene: Scene, app: string, replicas: number): Promise<LogLine[]> {
  await scene.witness.settled(app, replicas);
  await held(scene, "balanced");
  return [...scene.operator.log];
}

/** The pods that the operator evicted, in order. */
function evictedPods({ operator, namespace }: Scene): string[] {
  return operator.log.filter((line) => line.message === "evicted" && line["namespace"] === namespace)
    .map((line) => String(line["pod"]));
}

async function failedRollout(scene: Scene): Promise<void> {
  const { apply, patch, witness, client, namespace, clock } = scene;
  await apply(deployment({ name: "web", replicas: 4, percentage: 50, spec: { progressDeadlineSeconds: 1 } }));
  const before = await atRest(scene, "web", 4);
  const template = { spec: { nodeSelector: { "example.io/nowhere": "x" } } };
  await patch("deployment/web", { metadata: { annotations: { [PERCENTAGE]: "0" } }, spec: { template } });
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;
  await eventually(clock, async () => {
    const { status } = await client.request<Json>("GET", path, { signal });
    assert.ok(status.conditions.some(({ reason }: Json) => reason === "ProgressDeadlineExceeded"));
  }, { ms: 15_000 });
  await held(scene, "rollout", before);
  assert.equal(witness.evicted.size, 0);
}

async function ordered(scene: Scene): Promise<void> {
  const { apply, annotate, witness } = scene;
  witness.watchFloor("db", 1);
  await apply(statefulSet({ name: "db", replicas: 6, percentage: 50, floor: 1 }));
  await witness.settled("db", 6);
  witness.mark();
  const spot = witness.of("db").filter((pod) => pod.on === "spot").map((pod) => pod.name).toSorted().reverse();
  await annotate("statefulset/db", { [PERCENTAGE]: "0" });
  await witness.until(() => witness.isSettled("db", 6) && witness.split("db").spot === 0, {
    what: "0 on spot",
  });
  assert.deepEqual(evictedPods(scene), spot);
  assert.ok(witness.fewestReady("db") >= 5, "one at a time, and each was ready before the next");
}

async function onDelete(scene: Scene): Promise<void> {
  const { apply, annotate, patch, witness } = scene;
  await apply(
    statefulSet({ name: "db", replicas: 4, percentage: 50, spec: { updateStrategy: { type: "OnDelete" } } }),
  );
  const before = await atRest(scene, "db", 4);
  await patch("statefulset/db", { spec: { template: { metadata: { annotations: { revision: "1" } } } } });
  await held(scene, "rollout", before);
  const { operator, namespace, clock } = scene;
  const isMeasured = async () =>
    assert.equal(
      await operator.metric("spotalis_workload_target_replicas", { namespace, replica_type: "on-demand" }),
      4,
    );
  await annotate("statefulset/db", { [PERCENTAGE]: "0" });
  await eventually(clock, isMeasured);
  assert.equal(witness.evicted.size, 0);
}

async function unready(scene: Scene): Promise<void> {
  const { apply, annotate, witness } = scene;
  await apply(statefulSet({ name: "db", replicas: 4, percentage: 50 }));
  const before = await atRest(scene, "db", 4);
  const sick = witness.of("db").find(({ name }) => name === "db-0")!;
  await setReady(scene, { pod: "db-0", isReady: false });
  await witness.until(() => !witness.pods.get(sick.uid)!.isReady, { what: "db-0 to be unready" });
  await annotate("statefulset/db", { [PERCENTAGE]: "0" });
  await held(scene, "rollout", before);
  assert.equal(witness.evicted.size, 0);
  await setReady(scene, { pod: "db-0", isReady: true });
  await witness.until(() => witness.evicted.size > 0, { what: "the move" });
  assert.ok(!witness.evicted.has(sick.uid), "the highest ordinal goes, not the one that was ill");
}

/** As KEDA does: to nothing, and back in steps. */
async function toZero({ apply, scale, witness }: Scene): Promise<void> {
  await apply(deployment({ name: "web", replicas: 5, percentage: 70, floor: 1 }));
  for (const [replicas, spot] of [[5, 3], [0, 0], [1, 0], [5, 3], [0, 0], [10, 7]] as const) {
    await scale("deployment/web", replicas);
    await witness.settled("web", replicas);
    assert.deepEqual(witness.split("web"), { spot, onDemand: replicas - spot, unbound: 0 });
  }
  assert.equal(witness.evicted.size, 0);
}

async function act(play: Play): Promise<void> {
  await Promise.all([
    play("fault 55: a rollout that has failed for good holds all moves", failedRollout),
    play(
      "fault 56: an OrderedReady StatefulSet moves from the highest ordinal down, one ready pod at a time",
      ordered,
    ),
    play("fault 56: a StatefulSet with OnDelete whose pods are not updated is not moved", onDelete),
    play("fault 56: a StatefulSet with an unready ordinal waits for it", unready),
    play("fault 57: to zero and back, as KEDA does, each size has its exact split", toZero),
  ]);
}

const config = () => ({ controllers: { workloadTiming: { cooldownPeriod: "2s" } } });

export const SCENARIOS: readonly Scenario[] = [{ options: { name: "unsteady-workloads", config }, act }];
