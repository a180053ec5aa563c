import assert from "node:assert/strict";
import { NodeClassifier } from "../../src/domain/node_classifier.ts";
import { RULES } from "../support/classifiers.ts";
import { settle } from "../support/fake_clock.ts";
import { FakeStream } from "../support/fake_transport.ts";
import { admissionScene, post, reviewOf, URL_OF_WEBHOOK } from "./admission_scene.ts";
import { deploymentObject, newPod, ownedBy, split } from "./objects.ts";
import { fakeCluster } from "./support.ts";

const MIB = 1024 * 1024;
const JSON_TYPE = { "content-type": "application/json" };

Deno.test("webhook answers a review with its own version, kind and uid, as JSON", async () => {
  const { handler } = admissionScene();
  for (const apiVersion of ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"]) {
    const review = { ...reviewOf(newPod(), { uid: apiVersion }), apiVersion };
    const response = await handler(post(JSON.stringify(review)));
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "application/json");
    const body = await response.json();
    assert.deepEqual(Object.keys(body).sort(), ["apiVersion", "kind", "response"]);
    assert.equal(body.apiVersion, apiVersion);
    assert.equal(body.kind, "AdmissionReview");
    assert.deepEqual(Object.keys(body.response).sort(), ["allowed", "patch", "patchType", "uid"]);
    assert.equal(body.response.uid, apiVersion);
    assert.equal(body.response.allowed, true);
    assert.equal(body.response.patchType, "JSONPatch");
  }
});

Deno.test("webhook leaves patch and patchType out where there is nothing to patch", async () => {
  const { handler } = admissionScene();
  const response = await handler(post(JSON.stringify(reviewOf(newPod({ owner: ownedBy("Job", "a") })))));
  assert.deepEqual((await response.json()).response, { uid: "review-1", allowed: true });
});

Deno.test("webhook serves /mutate and /", async () => {
  const { handler } = admissionScene();
  for (const path of ["/", "/mutate", "/mutate?timeout=2s"]) {
    const url = new URL(path, URL_OF_WEBHOOK);
    const request = new Request(url, post(JSON.stringify(reviewOf(newPod(), { uid: path }))));
    assert.equal((await handler(request)).status, 200, path);
  }
});

type Refused = readonly [name: string, status: number, request: () => Request, why: RegExp];

const NO_POST_OF_JSON: readonly Refused[] = [
  ["another path", 404, () => new Request("https://spotalis.test/other", post("{}")), /only "\/mutate"/],
  ["GET", 405, () => new Request(URL_OF_WEBHOOK), /only POST/],
  ["PUT", 405, () => post("{}", { method: "PUT" }), /only POST/],
  ["a text", 415, () => post("{}", { headers: { "content-type": "text/plain" } }), /application\/json/],
  ["no content type", 415, () => post("{}", { headers: {} }), /application\/json/],
  [
    "gzip",
    415,
    () => post("{}", { headers: { "content-type": "application/json", "content-encoding": "gzip" } }),
    /encoding/,
  ],
  ["no body", 400, () => new Request(URL_OF_WEBHOOK, { method: "POST", headers: JSON_TYPE }), /empty/],
  ["an empty body", 400, () => post(""), /empty/],
];

const NO_REVIEW: readonly Refused[] = [
  ["no JSON", 400, () => post("{"), /no JSON/],
  ["more than JSON", 400, () => post("{} {}"), /no JSON/],
  ["null", 400, () => post("null"), /no AdmissionReview/],
  ["a list", 400, () => post("[]"), /no AdmissionReview/],
  ["another kind", 400, () => post('{"kind":"Pod","apiVersion":"v1"}'), /no AdmissionReview/],
  [
    "another version",
    400,
    () => post(JSON.stringify({ ...reviewOf(newPod()), apiVersion: "x/v2" })),
    /apiVersion/,
  ],
  ["no request", 400, () => post(JSON.stringify({ ...reviewOf(newPod()), request: null })), /request\.uid/],
  ["an empty uid", 400, () => post(JSON.stringify(reviewOf(newPod(), { uid: "" }))), /request\.uid/],
];

async function isRefused([, status, request, why]: Refused): Promise<void> {
  const scene = admissionScene();
  const response = await scene.handler(request());
  assert.equal(response.status, status);
  assert.equal(response.headers.get("content-type"), "application/json");
  assert.match((await response.json()).error, why);
  assert.deepEqual(scene.reviews, []);
  assert.deepEqual(scene.log.messages, ["warn admission request refused"]);
  assert.equal(scene.clock.timers, 0);
}

for (const each of NO_POST_OF_JSON) {
  Deno.test(`fault 34: webhook refuses ${each[0]} with ${each[1]} and a reason in JSON`, () => isRefused(each));
}

for (const each of NO_REVIEW) {
  Deno.test(`fault 33: webhook refuses ${each[0]} with ${each[1]} and a reason in JSON`, () => isRefused(each));
}

Deno.test("webhook says which method is allowed", async () => {
  const response = await admissionScene().handler(new Request(URL_OF_WEBHOOK));
  assert.equal(response.headers.get("allow"), "POST");
});

Deno.test("fault 33: webhook answers a creation without an object with 400, as the review that it is", async () => {
  const { handler } = admissionScene();
  for (const object of [null, undefined, "text", 7, []]) {
    const response = await handler(post(JSON.stringify(reviewOf(object))));
    assert.equal(response.status, 400);
    const body = await response.json();
    assert.equal(body.kind, "AdmissionReview");
    assert.equal(body.response.uid, "review-1");
    assert.equal(body.response.allowed, true);
    assert.match(body.response.status.message, /request\.object is missing/);
  }
});

Deno.test("fault 33: webhook never says in an answer what was in a body that it refuses", async () => {
  const { handler } = admissionScene();
  const response = await handler(post(`{"kind":"${"secret".repeat(1_000)}"}`));
  assert.ok((await response.text()).length < 200);
});

Deno.test("webhook allows what is no creation of a pod as it is, without a look at it", async () => {
  const scene = admissionScene();
  const answers = [
    await scene.ask(newPod(), { operation: "UPDATE" }),
    await scene.ask(newPod(), { operation: "DELETE" }),
    await scene.ask(newPod(), { operation: "whatever\n" }),
  ];
  assert.deepEqual(answers.map(({ patch }) => patch), [[], [], []]);
  assert.deepEqual(scene.reviews.map(({ operation, kind, result }) => `${operation} ${kind} ${result}`), [
    "UPDATE Pod unmanaged",
    "DELETE Pod unmanaged",
    "other Pod unmanaged",
  ]);
});

for (
  const [name, resource, subResource] of [
    ["a subresource of a pod", "pods", "binding"],
    ["another resource", "configmaps", undefined],
  ] as const
) {
  Deno.test(`webhook takes ${name} for no pod`, async () => {
    const scene = admissionScene();
    const review = reviewOf(newPod());
    const request = { ...review.request, resource: { group: "", version: "v1", resource }, subResource };
    const response = await scene.handler(post(JSON.stringify({ ...review, request })));
    assert.deepEqual((await response.json()).response, { uid: "review-1", allowed: true });
    assert.deepEqual(scene.reviews.map(({ kind }) => kind), ["other"]);
  });
}

Deno.test("webhook tells the result, the capacity and the time that a review took", async () => {
  const scene = admissionScene({ workload: undefined });
  scene.addDeployment(deploymentObject());
  const asking = await scene.begin();
  await scene.clock.advance(250);
  await asking.done;
  await scene.ask(newPod({ owner: ownedBy("DaemonSet", "a") }));
  assert.deepEqual(scene.reviews.map(({ result, seconds }) => [result, seconds]), [
    ["no_owner", 0.25],
    ["unmanaged", 0],
  ]);
});

Deno.test("webhook cuts a body off that has one byte too many, while it streams", async () => {
  const scene = admissionScene();
  const body = new FakeStream();
  const answering = scene.handler(
    new Request(URL_OF_WEBHOOK, {
      method: "POST",
      headers: JSON_TYPE,
      body: body.body,
    }),
  );
  for (let i = 0; i < 7; i++) body.push(new Uint8Array(MIB));
  await settle();
  assert.equal(body.isCancelled, false);
  body.push(new Uint8Array(1));
  const response = await answering;
  assert.equal(response.status, 413);
  assert.equal(body.isCancelled, true);
  assert.equal(scene.clock.timers, 0);
});

Deno.test("webhook takes a body of 7 MiB to the byte", async () => {
  const scene = admissionScene();
  const review = JSON.stringify(reviewOf(newPod({ owner: ownedBy("Job", "a") })));
  const response = await scene.handler(post(review + " ".repeat(7 * MIB - review.length)));
  assert.equal(response.status, 200);
});

Deno.test("webhook gives up a body that does not arrive within 5 s", async () => {
  const scene = admissionScene();
  const body = new FakeStream();
  const answering = scene.handler(
    new Request(URL_OF_WEBHOOK, {
      method: "POST",
      headers: JSON_TYPE,
      body: body.body,
    }),
  );
  body.push('{"kind":');
  await scene.clock.advance(4_999);
  assert.equal(body.isCancelled, false);
  await scene.clock.advance(1);
  assert.equal((await answering).status, 408);
  assert.equal(body.isCancelled, true);
});

Deno.test("webhook takes a body that comes byte by byte, through the middle of a character", async () => {
  const scene = admissionScene();
  const body = new FakeStream();
  const pod = newPod({ metadata: { annotations: { note: "µ€😀" } } });
  const bytes = new TextEncoder().encode(JSON.stringify(reviewOf(pod)));
  for (const byte of bytes) body.push(new Uint8Array([byte]));
  body.end();
  const response = await scene.handler(
    new Request(URL_OF_WEBHOOK, { method: "POST", headers: JSON_TYPE, body: body.body }),
  );
  assert.equal(response.status, 200);
  assert.deepEqual(scene.results(), ["placed"]);
});

Deno.test("webhook encodes a patch that holds any character", async () => {
  // With several terms for a kind, the patch holds the pod's own terms again.
  const cluster = fakeCluster({ classifier: new NodeClassifier(RULES.either) });
  const scene = admissionScene({ cluster, workload: { annotations: split(0) } });
  const term = { matchExpressions: [{ key: "zone", operator: "In", values: ["µ\u2028😀"] }] };
  const nodeAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] },
  };
  const { pod } = await scene.ask(newPod({ spec: { affinity: { nodeAffinity } } }));
  const patched = pod.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution;
  assert.equal(patched.nodeSelectorTerms.length, 2);
  assert.deepEqual(patched.nodeSelectorTerms[0].matchExpressions[0], term.matchExpressions[0]);
});

Deno.test("fault 36: webhook is not harmed by keys that name a prototype, nor by ones that come twice", async () => {
  const scene = admissionScene();
  const review = JSON.stringify(reviewOf(newPod()));
  const hostile = review
    .replace('"labels":{', '"labels":{"__proto__":{"polluted":"yes"},"constructor":"x",')
    .replace('"request":{', '"__proto__":{"polluted":"yes"},"request":{"uid":"first",');
  assert.notEqual(hostile, review);
  const response = await scene.handler(post(hostile));
  assert.equal(response.status, 200);
  assert.equal((await response.json()).response.uid, "review-1");
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});

Deno.test("fault 36: webhook takes a body with 100,000 levels without harm", async () => {
  const scene = admissionScene();
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  const review = JSON.stringify(reviewOf({ ...newPod(), deep: 0 })).replace('"deep":0', `"deep":${deep}`);
  const response = await scene.handler(post(review));
  assert.equal(response.status, 200);
  assert.deepEqual(scene.results(), ["placed"]);
});

Deno.test("fault 36: webhook answers a review whose uid is any text", async () => {
  const scene = admissionScene({ workload: { replicas: 9 } });
  for (const uid of ["\ud800", "x".repeat(128), "__proto__", '"\n', "😀"]) {
    const response = await scene.handler(post(JSON.stringify(reviewOf(newPod(), { uid }))));
    assert.equal((await response.json()).response.uid, uid);
  }
});

Deno.test("webhook keeps no uid of any length: it refuses one of more than 128 characters", async () => {
  const scene = admissionScene();
  const response = await scene.handler(post(JSON.stringify(reviewOf(newPod(), { uid: "x".repeat(129) }))));
  assert.equal(response.status, 400);
  assert.match((await response.json()).error, /request\.uid has more than 128 characters/);
});

Deno.test("webhook refuses a body that would take far more room than its text, before it is parsed", async () => {
  const scene = admissionScene();
  const response = await scene.handler(post(`{"a":[${"{},".repeat(200_000)}{}]}`));
  assert.equal(response.status, 413);
  assert.match((await response.json()).error, /more than 200000 values/);
});

Deno.test("webhook logs refusals of a kind once in ten seconds, and how many it left out", async () => {
  const scene = admissionScene();
  for (let i = 0; i < 500; i++) await scene.handler(post("{"));
  await scene.handler(new Request(URL_OF_WEBHOOK));
  await scene.clock.advance(10_000);
  await scene.handler(post("{"));
  assert.deepEqual(scene.log.of("admission request refused").map(({ status, leftOut }) => [status, leftOut]), [
    [400, 0],
    [405, 0],
    [400, 499],
  ]);
});

Deno.test("webhook answers 429 when the bodies under way take more than there is room for", async () => {
  const scene = admissionScene();
  const bodies = Array.from({ length: 4 }, () => new FakeStream());
  const answering = bodies.map(({ body }) =>
    scene.handler(new Request(URL_OF_WEBHOOK, { method: "POST", headers: JSON_TYPE, body }))
  );
  for (const body of bodies) for (let i = 0; i < 6; i++) body.push(new Uint8Array(MIB));
  await settle();
  assert.deepEqual(bodies.map(({ isCancelled }) => isCancelled), [false, false, false, false]);
  bodies[0]!.push(new Uint8Array(1));
  assert.equal((await answering[0]!).status, 429);
  // What that one took is free again.
  for (const body of bodies.slice(1)) {
    body.push(new Uint8Array(MIB));
    body.end();
  }
  for (const answer of answering.slice(1)) assert.equal((await answer).status, 400);
  const review = JSON.stringify(reviewOf(newPod({ owner: ownedBy("Job", "a") })));
  assert.equal((await scene.handler(post(review + " ".repeat(6 * MIB)))).status, 200);
});
