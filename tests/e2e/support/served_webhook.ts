import type { ServedWebhook } from "../../scenarios/support/webhooks.ts";
import { makeServingCertificate } from "./certificates.ts";
import type { Cluster } from "./cluster.ts";

/** Serves a webhook on loopback, over TLS with a certificate of its own. */
export async function serveWebhook(
  cluster: Cluster,
  handler: (request: Request) => Promise<Response>,
): Promise<ServedWebhook> {
  const { dir, caBundle } = await makeServingCertificate(`${cluster.dir}/webhook-${crypto.randomUUID()}`);
  const [key, cert] = await Promise.all(
    ["tls.key", "tls.crt"].map((name) => Deno.readTextFile(`${dir}/${name}`)),
  );
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, key: key!, cert: cert!, onListen: () => {} },
    handler,
  );
  const { port } = server.addr as Deno.NetAddr;
  return {
    clientConfig: { url: `https://127.0.0.1:${port}/`, caBundle },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
