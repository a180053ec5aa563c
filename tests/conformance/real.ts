import { Cluster } from "../e2e/support/cluster.ts";
import { makeServingCertificate } from "../e2e/support/certificates.ts";
import { httpTransport } from "../../src/kube/transport.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import type { WebhookHandler } from "./api.ts";
import type { Target } from "./http_api.ts";

/** The control plane of a cluster, which dials webhooks on loopback. */
export async function realTarget(cluster: Cluster): Promise<Target> {
  const access = await cluster.access();
  const transport = httpTransport(access);
  const dir = `${cluster.dir}/conformance-${crypto.randomUUID()}`;
  const webhooks = await webhookServer(dir);
  return {
    server: access.server,
    clock: systemClock,
    fetch: (url, init) => transport.fetch(url, init),
    serve: (handler) => Promise.resolve(webhooks.serve(handler)),
    compact: () => compact(cluster.dir),
    async [Symbol.asyncDispose]() {
      transport.close();
      await webhooks.close();
      await Deno.remove(dir, { recursive: true });
    },
  };
}

/** One HTTPS server for all handlers; each has a path of its own. */
async function webhookServer(dir: string) {
  const { caBundle } = await makeServingCertificate(dir);
  const handlers = new Map<string, WebhookHandler>();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: await Deno.readTextFile(`${dir}/tls.crt`),
    key: await Deno.readTextFile(`${dir}/tls.key`),
    onListen: () => {},
  }, async (request) => {
    const handler = handlers.get(new URL(request.url).pathname);
    if (handler === undefined) return new Response("no such handler", { status: 404 });
    const answer = await handler(await request.json());
    return answer instanceof Response ? answer : Response.json(answer);
  });
  return {
    serve(handler: WebhookHandler) {
      const path = `/${crypto.randomUUID()}`;
      handlers.set(path, handler);
      const url = `https://127.0.0.1:${server.addr.port}${path}`;
      return { clientConfig: { url, caBundle }, close: () => void handlers.delete(path) };
    },
    close: () => server.shutdown(),
  };
}

/**
 * Compacts etcd up to its newest version, as the API server does every five minutes. What a watch cache
 * holds is remembered a while longer, up to 15 s; of Events, which no cache holds, all is forgotten at once.
 */
async function compact(dir: string): Promise<void> {
  const command = await Deno.readTextFile(`${dir}/run/etcd.cmd`);
  const etcd = /--listen-client-urls (\S+)/.exec(command)?.[1];
  if (etcd === undefined) throw new Error(`no address of etcd in ${dir}/run/etcd.cmd`);
  const call = async (path: string, body: unknown) => {
    const response = await fetch(`${etcd}/v3/kv/${path}`, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd ${path}: ${response.status} ${await response.text()}`);
    return await response.json();
  };
  const { header: { revision } } = await call("range", { key: btoa("any") });
  await call("compaction", { revision });
}
