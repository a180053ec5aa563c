import { percentile } from "./percentile.ts";

export interface Owner {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface Load {
  readonly url: string;
  readonly caCert: string;
  readonly owners: readonly Owner[];
  readonly connections: number;
  readonly reviews: number;
}

export interface LoadResult {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
}

const FILLER = Array.from({ length: 20 }, (_, i) => ({ name: `VARIABLE_${i}`, value: "x".repeat(120) }));

/** A review of a pod of an owner, 4.9 kB: about what the API server sends for a pod with one container. */
function reviewOf({ namespace, name, uid }: Owner): string {
  const owner = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  const container = {
    name: "main",
    image: "example.io/none",
    env: FILLER,
    resources: {},
    imagePullPolicy: "Always",
  };
  return JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: crypto.randomUUID(),
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      namespace,
      operation: "CREATE",
      userInfo: {
        username: "system:serviceaccount:kube-system:replicaset-controller",
        groups: ["system:authenticated"],
      },
      object: {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { generateName: `${name}-`, namespace, labels: { app: name }, ownerReferences: [owner] },
        spec: { containers: [container], restartPolicy: "Always", terminationGracePeriodSeconds: 30 },
      },
      dryRun: false,
    },
  });
}

/** Sends reviews over `connections` keep-alive TLS connections (HTTP/1.1), each waiting for its answer. */
export async function load({ url, caCert, owners, connections, reviews }: Load): Promise<LoadResult> {
  const samples: number[] = [];
  let sent = 0;
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, async () => {
    const client = Deno.createHttpClient({ caCerts: [caCert], http2: false, poolMaxIdlePerHost: 1 });
    while (sent < reviews) {
      const body = reviewOf(owners[sent++ % owners.length]!);
      const began = performance.now();
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        client,
      });
      const answer = await response.json();
      samples.push(performance.now() - began);
      if (answer.response?.patch === undefined) throw new Error(`not placed: ${JSON.stringify(answer)}`);
    }
    client.close();
  }));
  const seconds = (performance.now() - started) / 1_000;
  return {
    p50Ms: percentile(samples, 0.5),
    p99Ms: percentile(samples, 0.99),
    perSecond: samples.length / seconds,
  };
}
