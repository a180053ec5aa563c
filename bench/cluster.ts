import { Cluster } from "../tests/e2e/support/cluster.ts";
import { makeServingCertificate } from "../tests/e2e/support/certificates.ts";
import { freePorts, Operator, register } from "../tests/e2e/support/operator.ts";
import type { Json } from "../tests/scenarios/support/json.ts";
import { OPERATOR_LABEL } from "../tests/scenarios/support/stage.ts";
import { deployment } from "../tests/scenarios/support/workloads.ts";
import { load, type LoadResult, type Owner } from "./admission.ts";
import { histogramQuantile } from "./percentile.ts";

const NAME = "bench";
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
  const folder = await Deno.makeTempDir({ prefix: "spotalis-bench-" });
  const cluster = await Cluster.up(`${folder}/cluster`, { nodes: 0 });
  try {
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
  } finally {
    await cluster.down();
    await Deno.remove(folder, { recursive: true });
  }
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

async function startTimed(cluster: Cluster): Promise<{ operator: Operator; ms: number }> {
  const operator = await Operator.spawn(cluster, { name: NAME });
  await operator.ready(60_000);
  // From the process's own start to the first 200 of readyz; asked for each 50 ms.
  const started = await operator.metric("process_start_time_seconds");
  const ms = Date.now() - started * 1_000;
  await operator.logged((line) => line.message === "leadership acquired");
  return { operator, ms };
}

async function loadOn(operator: Operator, owners: readonly Owner[], connections: number): Promise<LoadResult> {
  const caCert = await operator.caCert();
  const options = { url: operator.webhookUrl, caCert, owners, connections };
  await load({ ...options, reviews: 300 });
  return await load({ ...options, reviews: connections === 1 ? 1_500 : 6_000 });
}

const names = (count: number, prefix: string) => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const residentMB = async (operator: Operator) => await operator.metric("process_resident_memory_bytes") / 1e6;

async function makeNamespace(cluster: Cluster, name: string, operator = NAME): Promise<void> {
  const metadata = { name, labels: { [OPERATOR_LABEL]: operator } };
  await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata });
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
  const during = new Map([...after].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)]));
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

async function apply(cluster: Cluster, namespace: string, objects: Json[]): Promise<void> {
  await cluster.apply(...objects.map((object) => ({ ...object, metadata: { ...object.metadata, namespace } })));
}

async function scale(
  cluster: Cluster,
  namespace: string,
  { name, replicas }: { name: string; replicas: number },
) {
  await cluster.patch(`deployment/${name}`, namespace, { spec: { replicas } });
}

async function rolledOut(cluster: Cluster, namespace: string, pods: number): Promise<void> {
  for (const end = Date.now() + 300_000;;) {
    const ready = await cluster.kubectl([
      "-n",
      namespace,
      "get",
      "deployments",
      "-o",
      "jsonpath={.items[*].status.readyReplicas}",
    ]);
    if (ready.split(" ").reduce((sum, count) => sum + Number(count), 0) >= pods) return;
    if (Date.now() > end) throw new Error(`${pods} pods of ${namespace} are not ready`);
    await pause(500);
  }
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

/** Asks for 200 pods more of each ReplicaSet, which nobody creates: reviews of them have a place to take. */
async function grownOwners(
  cluster: Cluster,
  { namespace, names }: { namespace: string; names: string[] },
): Promise<Owner[]> {
  const sets = await askOf(cluster, namespace, { names, replicas: (now) => now + 200 });
  await pause(1_000);
  return sets.map(({ metadata }) => ({ namespace, name: metadata.name, uid: metadata.uid }));
}

/** Sets the replicas of ReplicaSets themselves, past the Deployments that own them. */
async function askOf(
  cluster: Cluster,
  namespace: string,
  { names, replicas }: { names: string[]; replicas: (now: number) => number },
): Promise<Json[]> {
  const sets: Json[] = (await cluster.get("-n", namespace, "replicasets")).items
    .filter((set: Json) => names.includes(set.metadata.ownerReferences[0].name));
  for (let i = 0; i < sets.length; i += 10) {
    await Promise.all(
      sets.slice(i, i + 10).map(({ metadata, spec }) =>
        cluster.patch(`replicaset/${metadata.name}`, namespace, { spec: { replicas: replicas(spec.replicas) } })
      ),
    );
  }
  return sets;
}

/** The API server's own view of the webhook: bucket bound in seconds -> count so far. */
async function admissionBuckets(cluster: Cluster): Promise<Map<number, number>> {
  const text = await cluster.kubectl(["get", "--raw", "/metrics"]);
  const pattern =
    /^apiserver_admission_webhook_admission_duration_seconds_bucket\{(.*),le="([^"]+)"\} (\d+)$/gm;
  const buckets = new Map<number, number>();
  for (const [, labels, le, count] of text.matchAll(pattern)) {
    if (!labels!.includes('name="pods.spotalis.io"')) continue;
    const bound = le === "+Inf" ? Infinity : Number(le);
    buckets.set(bound, (buckets.get(bound) ?? 0) + Number(count));
  }
  return buckets;
}

/** Requests to the API server by verb and resource, within a time in which nothing happens. */
async function requestsIn(operator: Operator, ms: number): Promise<Record<string, number>> {
  const count = async () => {
    const found = new Map<string, number>();
    const pattern = /^spotalis_api_requests_total\{verb="(\w+)",resource="([\w/]+)",code="\d+"\} (\d+)$/gm;
    for (const [, verb, resource, value] of (await operator.metrics()).matchAll(pattern)) {
      const key = `${verb} ${resource}`;
      found.set(key, (found.get(key) ?? 0) + Number(value));
    }
    return found;
  };
  const before = await count();
  await pause(ms);
  const grown = [...await count()].map(([key, value]) => [key, value - (before.get(key) ?? 0)] as const);
  return Object.fromEntries(grown.filter(([, value]) => value > 0));
}
