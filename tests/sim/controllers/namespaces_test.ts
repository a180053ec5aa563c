import assert from "node:assert/strict";
import { Namespaces } from "../../../src/sim/controllers/namespaces.ts";
import { CONFIG_MAPS, DEPLOYMENTS, NAMESPACES, PODS, SERVICE_ACCOUNTS } from "../../../src/sim/resources.ts";
import { SELECTOR, SmallCluster, SPEC, TEMPLATE } from "../support/small_cluster.ts";

Deno.test("a namespace has a service account, and has it again when it is deleted", async () => {
  await using cluster = await SmallCluster.with(Namespaces);
  const account = cluster.get(SERVICE_ACCOUNTS, "default");
  cluster.api.delete(SERVICE_ACCOUNTS, account.metadata);
  await cluster.pass();
  assert.notEqual(cluster.get(SERVICE_ACCOUNTS, "default").metadata.uid, account.metadata.uid);
});

Deno.test("a namespace that is deleted is emptied, and goes when its pods have", async () => {
  await using cluster = await SmallCluster.with(Namespaces);
  await cluster.api.create(NAMESPACES, { metadata: { name: "b" } });
  await cluster.create(CONFIG_MAPS, { metadata: { name: "stays", namespace: "b" } });
  await cluster.create(CONFIG_MAPS, { metadata: { name: "goes" } });
  await cluster.create(DEPLOYMENTS, {
    metadata: { name: "d" },
    spec: { selector: SELECTOR, template: TEMPLATE },
  });
  cluster.report(await cluster.create(PODS, { metadata: { name: "p" }, spec: SPEC }), "Running");
  cluster.api.delete(NAMESPACES, { name: "a" });
  await cluster.pass();
  assert.equal(cluster.get(NAMESPACES, "a").status.phase, "Terminating");
  assert.deepEqual(cluster.names(DEPLOYMENTS), []);
  assert.deepEqual(cluster.names(CONFIG_MAPS), ["stays"]);
  assert.equal(cluster.get(PODS, "p").metadata.deletionGracePeriodSeconds, 30);
  cluster.endPods();
  await cluster.pass();
  assert.deepEqual(cluster.names(NAMESPACES), ["b"]);
});

Deno.test("a namespace that something else holds stays empty until it is let go", async () => {
  await using cluster = await SmallCluster.with(Namespaces);
  const held = { ...cluster.get(NAMESPACES, "a") };
  cluster.api.update(NAMESPACES, { ...held, metadata: { ...held.metadata, finalizers: ["x/y"] } });
  cluster.api.delete(NAMESPACES, { name: "a" });
  await cluster.pass();
  const { metadata, spec } = cluster.get(NAMESPACES, "a");
  assert.deepEqual([metadata.finalizers, spec], [["x/y"], {}]);
  assert.deepEqual(cluster.names(SERVICE_ACCOUNTS), []);
});
