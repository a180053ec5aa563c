import assert from "node:assert/strict";
import { deploymentObject } from "../operator/objects.ts";
import { reconcilerScene } from "../operator/reconciler_scene.ts";

const WORKLOADS = 20_000;

Deno.test("fault 62: 20,000 workloads that come and go leave no series behind", async () => {
  const scene = reconcilerScene();
  const before = await scene.metrics.text();
  const count = (text: string) => text.split("\n").filter((line) => !line.startsWith("#")).length;
  const names = Array.from({ length: WORKLOADS }, (_, i) => `web-${i}`);
  for (const name of names) {
    scene.addDeployment(deploymentObject({ name, replicas: 0 }));
    await scene.reconciler.reconcile(`Deployment/shop/${name}`);
  }
  assert.ok(count(await scene.metrics.text()) > count(before) + 10 * WORKLOADS);
  for (const name of names) {
    scene.cache.deployments.delete(`shop/${name}`);
    await scene.reconciler.reconcile(`Deployment/shop/${name}`);
  }
  assert.equal(await scene.metrics.text(), before);
});
