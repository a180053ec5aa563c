import assert from "node:assert/strict";
import { OwnerReader } from "../../src/operator/owner_reader.ts";
import { failure, json } from "../support/fake_transport.ts";
import { replicaSetObject, statefulSetObject } from "./objects.ts";
import { fakeCluster } from "./support.ts";

const SET = { kind: "ReplicaSet", name: "web-1", uid: "u" };
const SET_PATH = "/apis/apps/v1/namespaces/shop/replicasets/web-1";
const STATEFUL_PATH = "/apis/apps/v1/namespaces/shop/statefulsets/db";

function readerOf() {
  const cluster = fakeCluster();
  return { ...cluster, reader: new OwnerReader({ ...cluster, projections: cluster.cache.projections }) };
}

Deno.test("OwnerReader reads a ReplicaSet, and a StatefulSet, as the cache would keep it", async () => {
  const { reader, transport } = readerOf();
  transport.on("GET", SET_PATH, json(replicaSetObject())).on(
    "GET",
    STATEFUL_PATH,
    json(statefulSetObject({ name: "db" })),
  );
  assert.equal((await reader.read(SET, "shop"))!.workloadUid, "Deployment-web");
  const stateful = await reader.read({ kind: "StatefulSet", name: "db", uid: "u" }, "shop");
  assert.equal(stateful!.workloadUid, "StatefulSet-db");
  assert.equal(transport.requests.length, 2);
});

Deno.test("OwnerReader finds nothing where there is no such object", async () => {
  const { reader, transport } = readerOf();
  transport.on("GET", SET_PATH, failure(404));
  assert.equal(await reader.read(SET, "shop"), undefined);
});

Deno.test("OwnerReader passes any other answer on as an error", async () => {
  const { reader, transport } = readerOf();
  transport.on("GET", SET_PATH, failure(403, { message: "forbidden" }));
  await assert.rejects(reader.read(SET, "shop"), /forbidden/);
});

Deno.test("OwnerReader gives up after 500 ms", async () => {
  const { reader, clock } = readerOf();
  const reading = assert.rejects(reader.read(SET, "shop"), /no answer within 500 ms/);
  await clock.advance(500);
  await reading;
  assert.equal(clock.timers, 0);
});

Deno.test("OwnerReader asks once for all that wait for the same owner", async () => {
  const { reader, transport } = readerOf();
  transport.on("GET", SET_PATH, json(replicaSetObject())).on("GET", SET_PATH, json(replicaSetObject()));
  const found = await Promise.all(Array.from({ length: 200 }, () => reader.read(SET, "shop")));
  assert.equal(found.filter((owner) => owner?.workloadUid === "Deployment-web").length, 200);
  assert.equal(transport.requests.length, 1);
  await reader.read(SET, "shop");
  assert.equal(transport.requests.length, 2, "later it asks again");
});

Deno.test("OwnerReader reads at most 20 owners at once, however many are made up", async () => {
  const { reader, transport, clock } = readerOf();
  const reading = Array.from(
    { length: 1_000 },
    (_, i) => reader.read({ ...SET, name: `made-up-${i}` }, "shop"),
  );
  const settled = Promise.allSettled(reading);
  await clock.advance(500);
  const results = await settled;
  assert.equal(transport.requests.length, 20);
  assert.equal(results.filter(({ status }) => status === "fulfilled").length, 980);
  assert.equal(clock.timers, 0);
});

for (
  const name of [
    "..",
    "../../../../api/v1/secrets",
    "a?watch=true",
    "a/../b",
    "",
    "A",
    "x".repeat(300),
    "%2e%2e",
  ]
) {
  Deno.test(`OwnerReader asks nothing about an owner or a namespace ${JSON.stringify(name.slice(0, 30))}`, async () => {
    const { reader, transport } = readerOf();
    assert.equal(await reader.read({ ...SET, name }, "shop"), undefined);
    assert.equal(await reader.read(SET, name), undefined);
    assert.deepEqual(transport.requests, []);
  });
}
