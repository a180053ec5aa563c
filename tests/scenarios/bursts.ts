import assert from "node:assert/strict";
import type { Json } from "./support/json.ts";
import type { Play, Scenario, Scene } from "./support/stage.ts";
import { deployment, statefulSet } from "./support/workloads.ts";

/** A burst is right when its last pod is bound: no pod too many was made, and none had to be moved. */
async function comesUpExact(
  { apply, witness }: Scene,
  { objects, apps, replicas, spot }: { objects: Json[]; apps: string[]; replicas: number; spot: number },
): Promise<void> {
  for (const app of apps) witness.watchFloor(app, 1);
  await apply(...objects);
  const isBound = (app: string) => {
    const { spot, onDemand } = witness.split(app);
    return spot + onDemand === replicas;
  };
  await witness.until(() => apps.every(isBound), { what: `${replicas} bound pods each`, ms: 120_000 });
  for (const app of apps) {
    assert.deepEqual(witness.split(app), { spot, onDemand: replicas - spot, unbound: 0 }, app);
  }
  for (const app of apps) await witness.settled(app, replicas);
  assert.deepEqual(witness.cost(), { created: apps.length * replicas, evicted: 0 });
}

async function act(play: Play): Promise<void> {
  for (const [replicas, spot] of [[10, 7], [50, 35], [200, 140]] as const) {
    const objects = [deployment({ name: "web", replicas, percentage: 70, floor: 1 })];
    await play(
      `a Deployment of ${replicas} comes up with ${spot} pods on spot`,
      (scene) => comesUpExact(scene, { objects, apps: ["web"], replicas, spot }),
    );
  }

  const sets = (podManagementPolicy: string) => [
    statefulSet({ name: "db", replicas: 20, percentage: 70, floor: 1, spec: { podManagementPolicy } }),
  ];
  for (const policy of ["Parallel", "OrderedReady"]) {
    await play(
      `a StatefulSet of 20, ${policy}, comes up with 14 pods on spot`,
      (scene) => comesUpExact(scene, { objects: sets(policy), apps: ["db"], replicas: 20, spot: 14 }),
    );
  }

  await play("five Deployments of 20 at once in one namespace each come up with 14 pods on spot", (scene) => {
    const apps = ["a", "b", "c", "d", "e"];
    const objects = apps.map((name) => deployment({ name, replicas: 20, percentage: 70, floor: 1 }));
    return comesUpExact(scene, { objects, apps, replicas: 20, spot: 14 });
  });
}

export const SCENARIOS: readonly Scenario[] = [{ options: { name: "bursts" }, act }];
