import assert from "node:assert/strict";
import { playScene } from "../scenarios/support/scene.ts";
import { deployment } from "../scenarios/support/workloads.ts";
import { Operator } from "./support/operator.ts";
import { realStage, sharedCluster } from "./support/scene.ts";

const NAME = "certificate";

Deno.test({
  name:
    "fault 31: without a certificate the controllers run and readyz says so; it is picked up when it appears",
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const cluster = sharedCluster();
    const certDir = `${cluster.dir}/certificate-later`;
    await using operator = await Operator.spawn(cluster, { name: NAME, config: { webhook: { certDir } } });
    await operator.logged((line) => line.message === "leadership acquired");
    await operator.logged((line) => line.message === "webhook is not served: no certificate yet");
    const { status, text } = await operator.health("readyz");
    assert.equal(status, 503);
    assert.match(JSON.parse(text).checks.certificate, /no usable pair in .*certificate-later yet/);
    assert.equal((await operator.health("healthz")).status, 200);

    const stage = await realStage(NAME, { cluster, operator });
    await playScene(stage, async ({ apply, witness, namespace }) => {
      // The webhook fails open: pods come up unplaced, and the controller sees them.
      await apply(deployment({ name: "before", replicas: 2, percentage: 50 }));
      await witness.settled("before", 2);
      assert.ok(witness.of("before").every((pod) => pod.slot === undefined));
      await operator.logged((line) =>
        line["namespace"] === namespace && line["workload"] === "Deployment/before"
      );

      // A pair that does not belong together is no pair.
      await Deno.mkdir(certDir);
      const source = operator.configPath.replace("/config.yaml", "");
      await Deno.copyFile(`${source}/tls.crt`, `${certDir}/tls.crt`);
      await Deno.copyFile(`${source}/ca.key`, `${certDir}/tls.key`);
      await operator.logged((line) => /tls.key is not the key of/.test(String(line["why"])), 12_000);
      assert.equal((await operator.health("readyz")).status, 503);

      await Deno.copyFile(`${source}/tls.key`, `${certDir}/tls.key`);
      await operator.ready(12_000);
      assert.ok(await operator.metric("spotalis_certificate_expiry_timestamp_seconds") > Date.now() / 1_000);
      await apply(deployment({ name: "after", replicas: 10, percentage: 70 }));
      await witness.settled("after", 10);
      assert.deepEqual(witness.split("after"), { spot: 7, onDemand: 3, unbound: 0 });
    });
    await cluster.remove(`mutatingwebhookconfiguration/spotalis-${NAME}`);
  },
});
