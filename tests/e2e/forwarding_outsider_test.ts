import assert from "node:assert/strict";
import { PeerKeys } from "../../src/operator/forwarding/peer_keys.ts";
import { signatureText } from "../../src/operator/forwarding/signature_header.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { issueServingCertificate } from "./support/certificates.ts";
import { Replicas } from "./support/replicas.ts";
import { sharedCluster } from "./support/scene.ts";

const NAME = "forwarding-outsider";
const RECEIVED = "spotalis_webhook_peer_requests_total";
const LATE_MS = 31_000;

function review(): string {
  return JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: crypto.randomUUID(),
      operation: "CREATE",
      resource: { group: "", version: "v1", resource: "pods" },
      namespace: "x",
      object: { metadata: { name: "p", namespace: "x" }, spec: { containers: [] } },
    },
  });
}

/** What `pem` makes of a body, `agoMs` ago. */
function signature(pem: string, { to, body, agoMs = 0 }: { to: string; body: string; agoMs?: number }): string {
  const keys = new PeerKeys({ ...systemClock, wall: () => Date.now() - agoMs });
  keys.renew(pem);
  return signatureText(keys.sign({ to, body: new TextEncoder().encode(body) }));
}

Deno.test({
  name: "the path for replicas is closed to everybody else",
  sanitizeResources: false,
  sanitizeOps: false,
  sanitizeExit: false,
  async fn() {
    const cluster = sharedCluster();
    await using replicas = await Replicas.start(cluster, { name: NAME, count: 2 });
    const { leader, certDir } = replicas;
    const [ca, key] = await Promise.all(
      ["ca.crt", "tls.key"].map((file) => Deno.readTextFile(`${certDir}/${file}`)),
    );
    // Of the same CA, as another component's would be.
    await issueServingCertificate(certDir, { into: `${certDir}/other` });
    const [otherCert, otherKey] = await Promise.all(
      ["tls.crt", "tls.key"].map((file) => Deno.readTextFile(`${certDir}/other/${file}`)),
    );
    const url = new URL("/forwarded", leader.webhookUrl);
    const to = url.host;
    const body = review();
    const send = async (
      header: string | undefined,
      { text = body, method = "POST", own = {} }: { text?: string; method?: string; own?: object } = {},
    ) => {
      const client = Deno.createHttpClient({ caCerts: [ca!], ...own });
      const headers = { "content-type": "application/json", ...header && { "spotalis-signature": header } };
      const asked = { method, headers, client, redirect: "error" as const };
      const response = await fetch(url, method === "POST" ? { ...asked, body: text } : asked);
      await response.body?.cancel();
      client.close();
      return response.status;
    };

    assert.equal(await send(signature(key!, { to, body })), 200, "a peer's");
    assert.equal(await leader.metric(RECEIVED, { result: "answered" }), 1);
    const reviewed = await leader.metric("spotalis_webhook_requests_total");
    const statuses = {
      "no signature": await send(undefined),
      "GET": await send(undefined, { method: "GET" }),
      "another key": await send(signature(otherKey!, { to, body })),
      "the certificate for a key": await send(signature(ca!, { to, body })),
      "an old signature": await send(signature(key!, { to, body, agoMs: LATE_MS })),
      "a signature of the future": await send(signature(key!, { to, body, agoMs: -LATE_MS })),
      "a tampered body": await send(signature(key!, { to, body }), { text: review() }),
      "for another replica": await send(signature(key!, { to: "127.0.0.1:1", body })),
      "a client certificate of the CA": await send(undefined, { own: { cert: otherCert, key: otherKey } }),
      "garbage": await send("1 2 3"),
    };
    for (const [what, status] of Object.entries(statuses)) assert.equal(status, 403, what);
    const refused = await leader.metric(RECEIVED, { result: "refused" });
    assert.equal(refused, Object.keys(statuses).length);
    assert.equal(await leader.metric("spotalis_webhook_requests_total"), reviewed, "none was reviewed");

    // Whoever has the key: a replica that does not lead decides nothing for another.
    const standby = replicas.operators.find((each) => each !== leader)!;
    const there = new URL("/forwarded", standby.webhookUrl);
    const client = Deno.createHttpClient({ caCerts: [ca!] });
    const signed = signature(key!, { to: there.host, body });
    const headers = { "content-type": "application/json", "spotalis-signature": signed };
    const response = await fetch(there, { method: "POST", headers, body, client });
    await response.body?.cancel();
    client.close();
    assert.equal(response.status, 421);
    await cluster.remove(`mutatingwebhookconfiguration/spotalis-${NAME}`);
  },
});
