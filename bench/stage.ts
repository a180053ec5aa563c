import type { Cluster } from "../tests/e2e/support/cluster.ts";
import { Operator } from "../tests/e2e/support/operator.ts";
import type { Json } from "../tests/scenarios/support/json.ts";
import { OPERATOR_LABEL } from "../tests/scenarios/support/stage.ts";
import type { Owner } from "./admission.ts";

export const NAME = "bench";

/** A started operator that leads, and how long it took to be ready. */
export async function startTimed(cluster: Cluster): Promise<{ operator: Operator; ms: number }> {
  const operator = await Operator.spawn(cluster, { name: NAME });
  await operator.ready(60_000);
  // From the process's own start to the first 200 of readyz; asked for each 50 ms.
  const started = await operator.metric("process_start_time_seconds");
  const ms = Date.now() - started * 1_000;
  await operator.logged((line) => line.message === "leadership acquired");
  return { operator, ms };
}

export const names = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
export const residentMB = async (operator: Operator) =>
  await operator.metric("process_resident_memory_bytes") / 1e6;

export async function makeNamespace(cluster: Cluster, name: string, operator = NAME): Promise<void> {
  const metadata = { name, labels: { [OPERATOR_LABEL]: operator } };
  await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata });
}

export async function apply(cluster: Cluster, namespace: string, objects: Json[]): Promise<void> {
  await cluster.apply(...objects.map((object) => ({ ...object, metadata: { ...object.metadata, namespace } })));
}

/** How many pods the Deployments of a namespace, or of all, have ready. */
export async function readyPods(cluster: Cluster, ...where: string[]): Promise<number> {
  const path = "jsonpath={.items[*].status.readyReplicas}";
  const ready = await cluster.kubectl(["get", "deployments", ...where, "-o", path]);
  return ready.split(" ").reduce((sum, count) => sum + Number(count), 0);
}

export async function rolledOut(cluster: Cluster, namespace: string, pods: number): Promise<void> {
  for (const end = Date.now() + 300_000;;) {
    if (await readyPods(cluster, "-n", namespace) >= pods) return;
    if (Date.now() > end) throw new Error(`${pods} pods of ${namespace} are not ready`);
    await pause(500);
  }
}

/** Asks for more pods of each ReplicaSet, which nobody creates: reviews of them have a place to take. */
export async function grownOwners(
  cluster: Cluster,
  { namespace, names, more = 200 }: { namespace: string; names: string[]; more?: number },
): Promise<Owner[]> {
  const sets = await askOf(cluster, namespace, { names, replicas: (now) => now + more });
  await pause(1_000);
  return sets.map(({ metadata }) => ({ namespace, name: metadata.name, uid: metadata.uid }));
}

/** Sets the replicas of ReplicaSets themselves, past the Deployments that own them. */
export async function askOf(
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
export async function admissionBuckets(cluster: Cluster): Promise<Map<number, number>> {
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

/** What has been counted between two looks. */
export function growth<K>(before: ReadonlyMap<K, number>, after: ReadonlyMap<K, number>): Map<K, number> {
  return new Map([...after].map(([key, count]) => [key, count - (before.get(key) ?? 0)]));
}

/** Requests to the API server by verb and resource, within a time in which nothing happens. */
export async function requestsIn(operator: Operator, ms: number): Promise<Record<string, number>> {
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
  return Object.fromEntries([...growth(before, await count())].filter(([, value]) => value > 0));
}
