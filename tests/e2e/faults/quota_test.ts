import assert from "node:assert/strict";
import type { Json } from "../../scenarios/support/json.ts";
import { deployment } from "../../scenarios/support/workloads.ts";
import { eventually } from "../support/eventually.ts";
import { stage } from "../support/scene.ts";

const config = () => ({ controllers: { workloadTiming: { cooldownPeriod: "2s" } } });

stage({ name: "quota", config }, async (play) => {
  await play(
    "fault 45: places given to pods that a quota then rejects come back, and the split heals",
    async (scene) => {
      const { apply, patch, witness, cluster, client, namespace } = scene;
      const quota = `/api/v1/namespaces/${namespace}/resourcequotas/few`;
      const isEnforced = async (pods: string) => {
        const { status } = await client.request<Json>("GET", quota, { signal: new AbortController().signal });
        assert.equal(status?.hard?.pods, pods);
      };
      await apply({
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "few" },
        spec: { hard: { pods: "4" } },
      });
      await eventually(() => isEnforced("4"), 15_000);
      await apply(deployment({ name: "web", replicas: 10, percentage: 50, floor: 1 }));
      await witness.settled("web", 4);
      // Its ReplicaSet has tried for a while by then, and each try was given a place.
      await scene.operator.logged((line) =>
        line["namespace"] === namespace && line.message === "pod placed" && Number(line["slot"]) >= 8
      );
      assert.equal(witness.of("web").length, 4);
      await patch("resourcequota/few", { spec: { hard: { pods: "20" } } });
      await eventually(() => isEnforced("20"), 15_000);
      // A look at once, rather than when its backoff is over.
      const sets = await client.request<Json>("GET", `/apis/apps/v1/namespaces/${namespace}/replicasets`, {
        signal: new AbortController().signal,
      });
      const { name } = sets.items[0].metadata;
      await cluster.patch(`replicaset/${name}`, namespace, { metadata: { annotations: { look: "now" } } });
      const isExact = () => witness.isSettled("web", 10) && witness.split("web").spot === 5;
      await witness.until(isExact, { what: "5 of 10 on spot", ms: 60_000 });
      assert.ok(witness.evicted.size <= 2, `${witness.evicted.size} moves`);
    },
  );
});
