import assert from "node:assert/strict";
import { VirtualClock } from "../../../src/runtime/virtual_clock.ts";
import type { EmbeddedCluster } from "../../../src/sim/cluster.ts";
import { CONFIG_MAPS, NAMESPACES, WEBHOOKS } from "../../../src/sim/resources.ts";
import { answerOf } from "../support/ask.ts";
import { embeddedCluster } from "../support/embedded_stage.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const REF = { namespace: "default", name: "a" };
const URL = "https://webhook.example/";

/** A cluster where `meanwhile` happens each time that webhooks are asked about a ConfigMap. */
async function start(
  meanwhile: (cluster: EmbeddedCluster, times: number) => unknown,
): Promise<EmbeddedCluster> {
  const cluster = embeddedCluster(new VirtualClock({ wallMs: 0 }), { nodeGroups: [] });
  await cluster.api.create(NAMESPACES, { metadata: { name: "default" } });
  await cluster.api.create(CONFIG_MAPS, { metadata: REF });
  let times = 0;
  cluster.serveWebhook(URL, async (request) => {
    const { request: { uid } } = await request.json();
    await meanwhile(cluster, ++times);
    return Response.json({ response: { uid, allowed: true } });
  });
  const rule = { apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], operations: ["*"] };
  const webhook = {
    name: "a.example.io",
    clientConfig: { url: URL },
    rules: [rule],
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
  };
  await cluster.api.create(WEBHOOKS, { metadata: { name: "w" }, webhooks: [webhook] } as never);
  return cluster;
}

/** Somebody else writes another field. */
function writeOther({ api }: EmbeddedCluster, times: number): void {
  const { data, ...current } = api.get(CONFIG_MAPS, REF) as never as { metadata: never; data?: object };
  api.update(CONFIG_MAPS, { ...current, data: { ...data, other: String(times) } } as never);
}

const MERGE = { contentType: "application/merge-patch+json" };

Deno.test("a patch is made anew when others write while its webhooks are asked: nothing is lost", async () => {
  const cluster = await start((cluster, times) => times < 3 && writeOther(cluster, times));
  const { data } = await answerOf(cluster, `PATCH ${MAPS}/a`, { body: { data: { mine: "1" } }, ...MERGE });
  assert.deepEqual(data, { other: "2", mine: "1" });
});

Deno.test("a patch gives up when others write each time: 409", async () => {
  const cluster = await start(writeOther);
  const { code, reason } = await answerOf(cluster, `PATCH ${MAPS}/a`, {
    body: { data: { mine: "1" } },
    ...MERGE,
  });
  assert.deepEqual([code, reason], [409, "Conflict"]);
});

Deno.test("an update from a version that is gone when its webhooks have answered: 409", async () => {
  const cluster = await start(writeOther);
  const body = { ...cluster.api.get(CONFIG_MAPS, REF), data: { mine: "1" } };
  assert.equal((await answerOf(cluster, `PUT ${MAPS}/a`, { body })).reason, "Conflict");
});

Deno.test("a name that is taken while webhooks are asked: 409; a namespace that goes: 403", async () => {
  const taken = await start(({ api }, times) =>
    times === 1 && api.create(CONFIG_MAPS, { metadata: { ...REF, name: "b" } })
  );
  const body = { metadata: { name: "b" } };
  assert.equal((await answerOf(taken, `POST ${MAPS}`, { body })).reason, "AlreadyExists");
  const going = await start(({ api }) => api.delete(NAMESPACES, { name: "default" }));
  assert.equal((await answerOf(going, `POST ${MAPS}`, { body })).reason, "Forbidden");
});

Deno.test("what a webhook makes unreadable is never stored: 500, also where its failures are ignored", async () => {
  const cluster = await start(() => {});
  const patch = btoa(JSON.stringify([{ op: "add", path: "/data", value: "text" }]));
  cluster.serveWebhook(URL, async (request) => {
    const { request: { uid } } = await request.json();
    return Response.json({ response: { uid, allowed: true, patchType: "JSONPatch", patch } });
  });
  const { reason, message } = await answerOf(cluster, `POST ${MAPS}`, { body: { metadata: { name: "b" } } });
  assert.equal(reason, "InternalError");
  assert.match(
    message,
    /cannot unmarshal string into Go struct field ConfigMap\.data of type map\[string\]string$/,
  );
});
