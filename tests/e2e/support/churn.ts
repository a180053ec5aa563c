import type { KubeClient } from "../../../src/kube/client.ts";
import { deployment } from "../../scenarios/support/workloads.ts";
import { OPERATOR_LABEL } from "../../scenarios/support/stage.ts";
import type { Cluster } from "./cluster.ts";
import type { Operator } from "./operator.ts";
import { type ProcessFigures, processFigures } from "./process_figures.ts";

export interface ChurnOptions {
  /** The operator's name. */
  readonly name: string;
  readonly rounds: number;
  /** That are made and deleted in each round. */
  readonly workloads: number;
}

/** An operator without those workloads. */
export interface ChurnSample extends ProcessFigures {
  /** Lines of its metrics. */
  readonly series: number;
  readonly heapMB: number;
}

const AT_ONCE = 16;
const WAIT_MS = 180_000;

/** Makes thousands of workloads, lets the operator see each, and deletes them: what it keeps of them. */
export async function churn(
  { cluster, operator }: { cluster: Cluster; operator: Operator },
  { name, rounds, workloads }: ChurnOptions,
): Promise<ChurnSample[]> {
  const namespace = `churn-${name}`;
  const metadata = { name: namespace, labels: { [OPERATOR_LABEL]: name } };
  await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata });
  const client = await cluster.client();
  const samples = [await sample(operator)];
  for (let round = 0; round < rounds; round++) {
    const names = Array.from({ length: workloads }, (_, i) => `round-${round}-${i}`);
    await create(client, { namespace, names });
    await seen(operator, { namespace, count: workloads });
    await cluster.delete("-n", namespace, "deployments", "--all");
    await seen(operator, { namespace, count: 0 });
    samples.push(await sample(operator));
  }
  return samples;
}

async function create(
  client: KubeClient,
  { namespace, names }: { namespace: string; names: readonly string[] },
): Promise<void> {
  const left = [...names];
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      const body = deployment({ name, replicas: 0, percentage: 70, floor: 1 });
      await client.request("POST", path, { body, signal: AbortSignal.timeout(WAIT_MS) });
    }
  }));
}

/** Waits until the operator's metrics name so many workloads of the namespace. */
async function seen(
  operator: Operator,
  { namespace, count }: { namespace: string; count: number },
): Promise<void> {
  const pattern = new RegExp(`^spotalis_\\w+\\{namespace="${namespace}",workload="([^"]+)"`, "gm");
  for (const end = performance.now() + WAIT_MS;;) {
    const found = new Set([...(await operator.metrics()).matchAll(pattern)].map(([, name]) => name)).size;
    if (found === count) return;
    if (performance.now() > end) throw new Error(`the metrics name ${found} workloads, not ${count}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function sample(operator: Operator): Promise<ChurnSample> {
  const series = (await operator.metrics()).split("\n").filter((line) => /^[a-z]/.test(line)).length;
  const heapMB = await operator.metric("nodejs_heap_size_used_bytes") / 1e6;
  return { ...await processFigures(operator.pid), series, heapMB };
}
