import assert from "node:assert/strict";
import { OPERATOR_LABEL } from "../scenarios/support/stage.ts";
import { deployment } from "../scenarios/support/workloads.ts";
import { stage } from "./support/scene.ts";

/** Watches of two namespaces rather than of the whole cluster, and no selector of the administrator's. */
const WATCHED = ["scope-a", "scope-b"];
const config = { controllers: { watchNamespaces: WATCHED, namespaceSelector: {} } };

stage({ name: "scope", config: () => config }, async (play, { cluster, operator }) => {
  for (const name of [...WATCHED, "scope-c"]) {
    const metadata = { name, labels: { [OPERATOR_LABEL]: "scope" } };
    await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata });
  }
  await play("with watchNamespaces only these are managed, each by a watch of its own", async () => {
    const web = deployment({ name: "web", replicas: 10, percentage: 70, floor: 1 });
    for (const namespace of [...WATCHED, "scope-c"]) {
      await cluster.apply({ ...web, metadata: { ...web.metadata, namespace } });
      await cluster.kubectl(["-n", namespace, "rollout", "status", "deployment/web", "--timeout=60s"]);
    }
    for (const namespace of WATCHED) {
      const pods = (await cluster.get("-n", namespace, "pods", "-l", "spotalis.io/capacity=spot")).items;
      assert.equal(pods.length, 7, namespace);
    }
    assert.equal((await cluster.get("-n", "scope-c", "pods", "-l", "spotalis.io/capacity")).items.length, 0);
    // Pods of other namespaces are not held up by a look at the API server.
    assert.equal(
      await operator.metric("spotalis_api_requests_total", { verb: "get", resource: "replicasets" }),
      0,
    );
    const plan = JSON.parse(await operator.cli("plan", "-o", "json"));
    assert.deepEqual(plan.workloads.map((row: { namespace: string }) => row.namespace), WATCHED);
  });
  for (const name of [...WATCHED, "scope-c"]) await cluster.delete("namespace", name);
});
