import assert from "node:assert/strict";
import { metricSum } from "../../scenarios/support/metric_sum.ts";
import { playScene } from "../../scenarios/support/scene.ts";
import { deployment } from "../../scenarios/support/workloads.ts";
import { makeServingCertificate } from "../support/certificates.ts";
import type { Cluster } from "../support/cluster.ts";
import { freePorts, Operator } from "../support/operator.ts";
import { realStage, sharedCluster } from "../support/scene.ts";

const NAME = "ipv6";
const LOOPBACK = "::1";

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: LOOPBACK, port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

/** The API server listens on IPv4 only: this is its address of the other kind, streams and all. */
async function apiOverIpv6(cluster: Cluster) {
  const dir = `${cluster.dir}/${NAME}-api`;
  const { caBundle } = await makeServingCertificate(dir);
  const { stdout } = await cluster.script(
    "sa-kubeconfig",
    cluster.dir,
    "spotalis-system",
    "spotalis-controller",
  );
  const server = /server: (\S+)/.exec(stdout)![1]!;
  const client = Deno.createHttpClient({
    caCerts: [atob(/certificate-authority-data: (\S+)/.exec(stdout)![1]!)],
    http2: false,
  });
  const proxy = Deno.serve({
    hostname: LOOPBACK,
    port: 0,
    cert: await Deno.readTextFile(`${dir}/tls.crt`),
    key: await Deno.readTextFile(`${dir}/tls.key`),
    onListen: () => {},
  }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const { method, headers, body, signal } = request;
    const sent = new Headers(headers);
    sent.delete("host");
    return await fetch(`${server}${pathname}${search}`, { method, headers: sent, body, signal, client });
  });
  const kubeconfig = `${dir}/kubeconfig`;
  const text = stdout.replace(server, `https://[${LOOPBACK}]:${proxy.addr.port}`)
    .replace(/certificate-authority-data: \S+/, `certificate-authority-data: ${caBundle}`);
  await Deno.writeTextFile(kubeconfig, text);
  return { kubeconfig, close: () => proxy.shutdown() };
}

Deno.test({
  name:
    "fault 65: over IPv6 alone it reaches the API server, and is reached by it, by probes and by Prometheus",
  ignore: !hasIpv6(),
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const cluster = sharedCluster();
    const api = await apiOverIpv6(cluster);
    const [metrics, health] = freePorts(2) as [number, number];
    const observability = {
      metrics: { bindAddress: `[${LOOPBACK}]:${metrics}` },
      health: { bindAddress: `[${LOOPBACK}]:${health}` },
    };
    await using operator = await Operator.spawn(cluster, {
      name: NAME,
      config: { observability },
      kubeconfig: api.kubeconfig,
    });
    await operator.logged(({ message }) => message === "leadership acquired");
    const ready = await fetch(`http://[${LOOPBACK}]:${health}/readyz`);
    assert.equal(ready.status, 200, await ready.text());
    const url = operator.webhookUrl.replace("127.0.0.1", `[${LOOPBACK}]`);
    const patch = [{ op: "replace", path: "/webhooks/0/clientConfig/url", value: url }];
    const target = ["mutatingwebhookconfiguration", `spotalis-${NAME}`];
    await cluster.kubectl(["patch", ...target, "--type=json", "-p", JSON.stringify(patch)]);
    await playScene(await realStage(NAME, { cluster, operator }), async ({ apply, witness }) => {
      await apply(deployment({ name: "web", replicas: 10, percentage: 70, floor: 1 }));
      await witness.settled("web", 10);
      assert.deepEqual(witness.split("web"), { spot: 7, onDemand: 3, unbound: 0 });
    });
    const text = await (await fetch(`http://[${LOOPBACK}]:${metrics}/metrics`)).text();
    assert.equal(metricSum(text, { name: "spotalis_webhook_mutations_total" }), 10);
    assert.equal(await operator.stop(), 0);
    await api.close();
    await cluster.remove(`mutatingwebhookconfiguration/spotalis-${NAME}`);
  },
});
