import assert from "node:assert/strict";
import type { Play, Scenario, Scene } from "./support/stage.ts";
import { deployment, statefulSet } from "./support/workloads.ts";

/** A change of the template: a new revision. */
const revision = (n: number) => ({
  spec: { template: { metadata: { annotations: { revision: String(n) } } } },
});

const revisionOf = (pod: { object: { metadata: { annotations?: Record<string, string> } } }) =>
  pod.object.metadata.annotations?.["revision"];

/** Waits until `replicas` pods of revision `n` are there and ready, and no other pod. */
async function rolledOut(
  { witness }: Scene,
  { app, n, replicas }: { app: string; n: number; replicas: number },
) {
  const isDone = () =>
    witness.isSettled(app, replicas) && witness.of(app).every((pod) => revisionOf(pod) === `${n}`);
  await witness.until(isDone, { what: `${replicas} pods of revision ${n}`, ms: 120_000 });
}

function exact(
  { witness }: Scene,
  { app, replicas, spot }: { app: string; replicas: number; spot: number },
): void {
  assert.deepEqual(witness.split(app), { spot, onDemand: replicas - spot, unbound: 0 });
  assert.equal(witness.evicted.size, 0);
}

const ROLLING = { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: "25%" } };

async function underEachStrategy(play: Play): Promise<void> {
  const cases = [
    { title: "20 pods, default strategy", replicas: 20, spot: 14, strategy: undefined },
    { title: "50 pods, default strategy", replicas: 50, spot: 35, strategy: undefined },
    { title: "20 pods, maxSurge 0", replicas: 20, spot: 14, strategy: ROLLING },
    { title: "20 pods, Recreate", replicas: 20, spot: 14, strategy: { type: "Recreate" } },
  ];
  for (const { title, replicas, spot, strategy } of cases) {
    await play(`${title}: exact at the end, and no pod too many`, async (scene) => {
      const { apply, patch, witness } = scene;
      // Recreate removes all pods at once: that is what its owner asked for.
      if (strategy?.type !== "Recreate") witness.watchFloor("web", 1);
      const spec = strategy === undefined ? {} : { strategy };
      await apply(deployment({ name: "web", replicas, percentage: 70, floor: 1, spec }));
      await witness.settled("web", replicas);
      witness.mark();
      await patch("deployment/web", revision(1));
      await rolledOut(scene, { app: "web", n: 1, replicas });
      exact(scene, { app: "web", replicas, spot });
      assert.equal(witness.created.size, replicas);
    });
  }
}

async function changedMidway(play: Play): Promise<void> {
  await play("a scale-up in the middle of a rollout: exact at the end, and no pod too many", async (scene) => {
    const { apply, patch, scale, witness } = scene;
    witness.watchFloor("web", 1);
    await apply(deployment({ name: "web", replicas: 20, percentage: 70, floor: 1 }));
    await witness.settled("web", 20);
    await patch("deployment/web", revision(1));
    await witness.until(() => witness.of("web").filter((pod) => revisionOf(pod) === "1").length >= 5, {
      what: "5 new",
    });
    await scale("deployment/web", 30);
    await rolledOut(scene, { app: "web", n: 1, replicas: 30 });
    exact(scene, { app: "web", replicas: 30, spot: 21 });
    // A scale-up in a rollout is spread over both ReplicaSets: only pods of the new one are there to stay.
    const stayed = [...witness.removed].filter((pod) => revisionOf(pod) === "1");
    assert.equal(stayed.length, 0, "no new pod was removed again");
  });

  await play("a rollback in the middle of a rollout: exact at the end", async (scene) => {
    const { apply, patch, witness } = scene;
    witness.watchFloor("web", 1);
    const object = deployment({ name: "web", replicas: 20, percentage: 70, floor: 1 });
    object.spec.template.metadata.annotations = { revision: "0" };
    await apply(object);
    await witness.settled("web", 20);
    await patch("deployment/web", revision(1));
    await witness.until(() => witness.of("web").filter((pod) => revisionOf(pod) === "1").length >= 8, {
      what: "8 new",
    });
    const owners = new Set(witness.of("web").map((pod) => pod.owner));
    await patch("deployment/web", revision(0));
    await rolledOut(scene, { app: "web", n: 0, replicas: 20 });
    exact(scene, { app: "web", replicas: 20, spot: 14 });
    assert.ok(witness.of("web").every((pod) => owners.has(pod.owner)), "the old ReplicaSet is back");
  });
}

async function ofStatefulSets(play: Play): Promise<void> {
  const set = (spec: Record<string, unknown>) =>
    statefulSet({
      name: "db",
      replicas: 10,
      percentage: 70,
      floor: 1,
      spec: { podManagementPolicy: "Parallel", ...spec },
    });

  await play("a StatefulSet's RollingUpdate: exact at the end, and no pod too many", async (scene) => {
    const { apply, patch, witness } = scene;
    witness.watchFloor("db", 1);
    await apply(set({}));
    await witness.settled("db", 10);
    witness.mark();
    await patch("statefulset/db", revision(1));
    await rolledOut(scene, { app: "db", n: 1, replicas: 10 });
    exact(scene, { app: "db", replicas: 10, spot: 7 });
    assert.equal(witness.created.size, 10);
  });

  await play("fault 56: a StatefulSet's partition: the pods above it move, and stay exact", async (scene) => {
    const { apply, patch, witness } = scene;
    witness.watchFloor("db", 1);
    await apply(set({ updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 6 } } }));
    await witness.settled("db", 10);
    witness.mark();
    await patch("statefulset/db", revision(1));
    const isDone = () =>
      witness.isSettled("db", 10) && witness.of("db").filter((pod) => revisionOf(pod) === "1").length === 4;
    await witness.until(isDone, { what: "four pods of the new revision" });
    exact(scene, { app: "db", replicas: 10, spot: 7 });
    assert.equal(witness.removed.length, 4);
  });
}

async function act(play: Play): Promise<void> {
  await underEachStrategy(play);
  await changedMidway(play);
  await ofStatefulSets(play);
}

export const SCENARIOS: readonly Scenario[] = [{ options: { name: "rollouts" }, act }];
