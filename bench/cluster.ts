import type { Cluster } from "../tests/e2e/support/cluster.ts";
import { makeServingCertificate } from "../tests/e2e/support/certificates.ts";
import { freePorts, type Operator, register } from "../tests/e2e/support/operator.ts";
import { deployment } from "../tests/scenarios/support/workloads.ts";
import { load, type LoadResult, type Owner } from "./admission.ts";
import { histogramQuantile } from "./percentile.ts";
import {
  admissionBuckets,
  apply,
  askOf,
  grownOwners,
  growth,
  makeNamespace,
  NAME,
  names,
  pause,
  requestsIn,
  residentMB,
  rolledOut,
  startTimed,
} from "./stage.ts";
import { withCluster } from "./with_cluster.ts";

const WORKLOADS = 100;
const PODS_EACH = 50;

interface Quantiles {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface ClusterFigures {
  readonly readyEmptyMs: number;
  readonly idleMB: number;
  readonly empty: LoadResult;
  /** By the API server's histogram. */
  readonly burst200: Quantiles;
  /** The same with a webhook that does nothing. */
  readonly burst200Floor: Quantiles;
  readonly steadyRequests: Readonly<Record<string, number>>;
  readonly readyFullMs: number;
  readonly fullMB: number;
  readonly afterBurstMB: number;
  readonly full: LoadResult;
  readonly eightConnections: LoadResult;
}

/** The figures that need a control plane. Takes about five minutes. */
export async function benchCluster(say: (text: string) => void): Promise<ClusterFigures> {
  return await withCluster({ nodes: 0 }, async (cluster) => {
    for (const capacity of ["spot", "on-demand"]) {
      for (let i = 0; i < 6; i++) {
        await cluster.script(
          "node",
          cluster.dir,
          `${capacity}-${i}`,
          `karpenter.sh/capacity-type=${capacity}`,
          "1000",
        );
      }
    }
    return await measure(cluster, say);
  });
}

async function measure(cluster: Cluster, say: (text: string) => void): Promise<ClusterFigures> {
  say("an empty cluster");
  const first = await startTimed(cluster);
  await pause(5_000);
  const idleMB = await residentMB(first.operator);
  await makeNamespace(cluster, "few");
  const empty = await loadOn(
    first.operator,
    await bareOwners(cluster, { namespace: "few", names: names(WORKLOADS, "few") }),
    1,
  );
  // Their controllers would create what was asked of the ReplicaSets, before they take it back.
  await askOf(cluster, "few", { names: names(WORKLOADS, "few"), replicas: () => 0 });
  await cluster.start("kube-controller-manager");

  say("a burst of 200, and one through a webhook that does nothing");
  const burst200 = await burst(cluster, { namespace: "burst", operator: NAME });
  const nothing = await startDoingNothing(cluster);
  const burst200Floor = await burst(cluster, { namespace: "floor", operator: "floor" });
  nothing.kill("SIGTERM");
  await nothing.status;
  await cluster.delete("mutatingwebhookconfiguration", "spotalis-floor");

  say(`${WORKLOADS} workloads of ${PODS_EACH} pods`);
  await makeNamespace(cluster, "many");
  const many = names(WORKLOADS, "many");
  await apply(
    cluster,
    "many",
    many.map((name) => deployment({ name, replicas: PODS_EACH, percentage: 70, floor: 1 })),
  );
  await rolledOut(cluster, "many", WORKLOADS * PODS_EACH);
  await pause(15_000);
  say("a steady minute");
  const steadyRequests = await requestsIn(first.operator, 60_000);
  await first.operator.stop();

  const second = await startTimed(cluster);
  await pause(5_000);
  const fullMB = await residentMB(second.operator);
  say("a burst of 1,000");
  await Promise.all(many.slice(0, 20).map((name) => scale(cluster, "many", { name, replicas: 2 * PODS_EACH })));
  await rolledOut(cluster, "many", WORKLOADS * PODS_EACH + 1_000);
  await pause(5_000);
  const afterBurstMB = await residentMB(second.operator);

  say("admission beside 5,000 pods");
  await cluster.stop("kube-controller-manager");
  const owners = await grownOwners(cluster, { namespace: "many", names: many.slice(20) });
  const full = await loadOn(second.operator, owners, 1);
  const again = await grownOwners(cluster, { namespace: "few", names: names(WORKLOADS, "few") });
  const eightConnections = await loadOn(second.operator, again, 8);
  await second.operator.stop();
  return {
    readyEmptyMs: first.ms,
    idleMB,
    empty,
    burst200,
    burst200Floor,
    steadyRequests,
    readyFullMs: second.ms,
    fullMB,
    afterBurstMB,
    full,
    eightConnections,
  };
}

async function loadOn(operator: Operator, owners: readonly Owner[], connections: number): Promise<LoadResult> {
  const caCert = await operator.caCert();
  const options = { url: operator.webhookUrl, caCert, owners, connections };
  await load({ ...options, reviews: 300 });
  return await load({ ...options, reviews: connections === 1 ? 1_500 : 6_000 });
}

/** A Deployment of 200 in a new namespace: how long the API server waited for the webhook, pod by pod. */
export async function burst(
  cluster: Cluster,
  { namespace, operator }: { namespace: string; operator: string },
): Promise<Quantiles> {
  await makeNamespace(cluster, namespace, operator);
  const before = await admissionBuckets(cluster);
  await apply(cluster, namespace, [deployment({ name: "web", replicas: 200, percentage: 70, floor: 1 })]);
  await rolledOut(cluster, namespace, 200);
  const after = await admissionBuckets(cluster);
  const during = growth(before, after);
  if (during.get(Infinity) !== 200) throw new Error(`${during.get(Infinity)} reviews, not 200`);
  return { p50Ms: histogramQuantile(during, 0.5) * 1_000, p99Ms: histogramQuantile(during, 0.99) * 1_000 };
}

async function startDoingNothing(cluster: Cluster): Promise<Deno.ChildProcess> {
  const { dir, caBundle } = await makeServingCertificate(`${cluster.dir}/floor`);
  const [port] = freePorts(1) as [number];
  const program = new URL("do_nothing.ts", import.meta.url).pathname;
  const files = [`${dir}/tls.crt`, `${dir}/tls.key`];
  const args = ["run", "--no-check", "--allow-net", "--allow-read", program, `${port}`, ...files];
  const child = new Deno.Command(Deno.execPath(), { args }).spawn();
  await register(cluster, { name: "floor", webhook: port, caBundle });
  await pause(3_000);
  return child;
}

async function scale(
  cluster: Cluster,
  namespace: string,
  { name, replicas }: { name: string; replicas: number },
) {
  await cluster.patch(`deployment/${name}`, namespace, { spec: { replicas } });
}

/** Deployments with a ReplicaSet each and no pods: their controllers are stopped. */
async function bareOwners(
  cluster: Cluster,
  { namespace, names }: { namespace: string; names: string[] },
): Promise<Owner[]> {
  await apply(
    cluster,
    namespace,
    names.map((name) => deployment({ name, replicas: 0, percentage: 70, floor: 1 })),
  );
  for (let sets = 0; sets < names.length;) {
    sets = (await cluster.get("-n", namespace, "replicasets")).items.length;
  }
  await cluster.stop("kube-controller-manager");
  return await grownOwners(cluster, { namespace, names });
}
