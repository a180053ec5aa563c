import type { Cluster } from "../tests/e2e/support/cluster.ts";
import type { Operator } from "../tests/e2e/support/operator.ts";
import type { Json } from "../tests/scenarios/support/json.ts";
import { deployment } from "../tests/scenarios/support/workloads.ts";
import { apply, makeNamespace, pause } from "./stage.ts";
import { percentile } from "./percentile.ts";

const NAMESPACE = "lag";
const ENABLED = "spotalis.io/enabled";
const LOOK_MS = 2;
const LONGEST_MS = 60_000;

export interface Lag {
  readonly samples: number;
  /** From the API server's answer to a change until the operator acts by it: at the least 0. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** From the request for the change, with the time that the API server takes to write it. */
  readonly withWriteP50Ms: number;
  readonly withWriteP99Ms: number;
}

/**
 * How far the operator's caches are behind the API server: a workload is managed and not managed in turn,
 * and the operator is asked all the while, in dry runs, whether it would place a pod of it.
 */
export class LagProbe {
  readonly #change: (isManaged: boolean) => Promise<void>;
  readonly #isManaged: () => Promise<boolean>;
  readonly #lags: { ms: number; withWriteMs: number }[] = [];
  #managed = true;

  private constructor(change: (isManaged: boolean) => Promise<void>, isManaged: () => Promise<boolean>) {
    this.#change = change;
    this.#isManaged = isManaged;
  }

  static async start(cluster: Cluster, operator: Operator): Promise<LagProbe> {
    await makeNamespace(cluster, NAMESPACE);
    await apply(cluster, NAMESPACE, [deployment({ name: "probe", replicas: 0, percentage: 0 })]);
    let set: Json;
    while (set === undefined) [set] = (await cluster.get("-n", NAMESPACE, "replicasets")).items;
    const kube = await cluster.client();
    const change = async (isManaged: boolean) => {
      const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/probe`;
      const body = { metadata: { labels: { [ENABLED]: String(isManaged) } } };
      const contentType = "application/merge-patch+json";
      await kube.request("PATCH", path, { body, contentType, signal: AbortSignal.timeout(LONGEST_MS) });
    };
    const client = Deno.createHttpClient({ caCerts: [await operator.caCert()], http2: false });
    const isManaged = async () => {
      const body = JSON.stringify(dryReview(set.metadata));
      const headers = { "content-type": "application/json" };
      const response = await fetch(operator.webhookUrl, { method: "POST", headers, body, client });
      return (await response.json()).response.patch !== undefined;
    };
    return new LagProbe(change, isManaged);
  }

  /** One change, followed until it is seen. */
  async sample(): Promise<void> {
    this.#managed = !this.#managed;
    const sent = performance.now();
    let answered: number | undefined;
    const changing = this.#change(this.#managed).then(() => answered = performance.now());
    while (await this.#isManaged() !== this.#managed) {
      if (performance.now() - sent > LONGEST_MS) throw new Error("the operator does not see a change");
      await pause(LOOK_MS);
    }
    const seen = performance.now();
    await changing;
    this.#lags.push({ ms: Math.max(0, seen - answered!), withWriteMs: seen - sent });
  }

  /** Samples each `everyMs` until `signal` is aborted. */
  async run(everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.sample();
      await pause(everyMs);
    }
  }

  /** Of the samples since the last time. */
  take(): Lag {
    const lags = this.#lags.splice(0);
    const [ms, withWrite] = [lags.map((lag) => lag.ms), lags.map((lag) => lag.withWriteMs)];
    return {
      samples: lags.length,
      p50Ms: percentile(ms, 0.5),
      p99Ms: percentile(ms, 0.99),
      withWriteP50Ms: percentile(withWrite, 0.5),
      withWriteP99Ms: percentile(withWrite, 0.99),
    };
  }
}

/** Of a pod that has been placed already, so that nothing has to be free for it. */
function dryReview({ name, uid }: { name: string; uid: string }) {
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name, uid, controller: true };
  const metadata = {
    generateName: `${name}-`,
    namespace: NAMESPACE,
    labels: { "spotalis.io/capacity": "on-demand" },
    annotations: { "spotalis.io/slot": "0" },
    ownerReferences: [owner],
  };
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: crypto.randomUUID(),
      resource: { group: "", version: "v1", resource: "pods" },
      namespace: NAMESPACE,
      operation: "CREATE",
      object: { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [] } },
      dryRun: true,
    },
  };
}
