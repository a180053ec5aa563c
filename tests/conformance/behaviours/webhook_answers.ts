import assert from "node:assert/strict";
import type { Behaviour, Json } from "../api.ts";
import { invalid, ok, refused } from "../expect.ts";
import { pod } from "../objects.ts";
import { resource } from "../resource.ts";
import { allow, label, labelled, webhook } from "../webhooks.ts";

/** An AdmissionReview with this response. */
function respond({ request: { uid } }: Json, response: Json): Json {
  return { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response: { uid, ...response } };
}

/** What a webhook may answer that is no answer, and what the server says of it. */
const BROKEN: readonly (readonly [title: string, answer: (review: Json) => Json, said: RegExp])[] = [
  ["a 500", () => new Response("boom", { status: 500 }), /failed to call webhook: .*boom/],
  ["a 404", () => new Response("none", { status: 404 }), /failed to call webhook: /],
  ["no JSON", () => new Response("garbage"), /failed to call webhook: /],
  ["nothing", () => new Response(""), /failed to call webhook: 0-length response/],
  ["other JSON", () => ({ some: "thing" }), /received invalid webhook response: webhook response was absent/],
  [
    "no response",
    () => ({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview" }),
    /received invalid webhook response: webhook response was absent/,
  ],
  [
    "the uid of another review",
    (review) => respond(review, { uid: "other", allowed: true }),
    /received invalid webhook response: expected response\.uid="[^"]+", got "other"/,
  ],
  [
    "a patch without its type",
    (review) => respond(review, { allowed: true, patch: btoa("[]") }),
    /received invalid webhook response: webhook returned response\.patch but not response\.patchType/,
  ],
  [
    "a patch that is no JSON",
    (review) => respond(review, { allowed: true, patchType: "JSONPatch", patch: btoa("garbage") }),
    /received undecodable patch in webhook response: /,
  ],
];

export const WEBHOOK_ANSWERS: readonly Behaviour[] = [
  {
    name: "a webhook's patch is applied, also to what the defaults have set, and stored",
    async run(api) {
      const patch = [
        label("capacity", "spot"),
        { op: "add", path: "/metadata/annotations", value: { "example.io/slot": "3" } },
        { op: "add", path: "/spec/nodeSelector", value: { pool: "spot" } },
        { op: "add", path: "/spec/tolerations/-", value: { key: "spot", operator: "Exists" } },
        { op: "replace", path: "/spec/terminationGracePeriodSeconds", value: 5 },
      ];
      await using _ = await webhook(api, { handler: (review) => allow(review, patch) });
      const pods = resource(api, "pods");
      const made = ok(await pods.create(labelled("a")), 201);
      assert.deepEqual(made.metadata.labels, { app: "web", capacity: "spot" });
      assert.deepEqual(made.metadata.annotations, { "example.io/slot": "3" });
      assert.deepEqual(made.spec.nodeSelector, { pool: "spot" });
      assert.deepEqual(made.spec.tolerations.at(-1), { key: "spot", operator: "Exists" });
      assert.equal(made.spec.terminationGracePeriodSeconds, 5);
      assert.deepEqual(ok(await pods.get("a")), made);
    },
  },
  {
    name: "an empty patch changes nothing; a dry run shows the patch",
    async run(api) {
      let patch: Json[] = [];
      await using _ = await webhook(api, { handler: (review) => allow(review, patch) });
      const pods = resource(api, "pods");
      assert.deepEqual(ok(await pods.create(labelled("a")), 201).metadata.labels, { app: "web" });
      patch = [label("patched", "yes")];
      const dry = ok(await pods.create(labelled("b"), { dryRun: "All" }), 201);
      assert.deepEqual(dry.metadata.labels, { app: "web", patched: "yes" });
      assert.equal((await pods.get("b")).status, 404);
    },
  },
  {
    name: "a denial is answered with its message, code and reason; 400 where it gives none",
    async run(api) {
      let response: Json;
      await using _ = await webhook(api, { handler: (review) => respond(review, response) });
      const said = async (status: Json): Promise<Json> => {
        response = { allowed: false, status };
        return await resource(api, "pods").create(labelled("a"));
      };
      const message = 'admission webhook "a.example.io" denied the request';
      refused(await said({ message: "not here" }), {
        code: 400,
        reason: undefined,
        message: `${message}: not here`,
      });
      refused(await said(undefined), {
        code: 400,
        reason: undefined,
        message: `${message} without explanation`,
      });
      refused(await said({ message: "later", code: 429, reason: "TooManyRequests" }), {
        code: 429,
        reason: "TooManyRequests",
        message: `${message}: later`,
      });
      assert.equal((await resource(api, "pods").get("a")).status, 404);
    },
  },
  {
    name: "a denial counts under failurePolicy Ignore too",
    async run(api) {
      const handler = (review: Json) => respond(review, { allowed: false, status: { message: "no" } });
      await using _ = await webhook(api, { handler, fields: { failurePolicy: "Ignore" } });
      const { status, body } = await resource(api, "pods").create(labelled("a"));
      assert.deepEqual([status, body.message], [
        400,
        'admission webhook "a.example.io" denied the request: no',
      ]);
    },
  },
  {
    name: "warnings of a webhook come as a header",
    async run(api) {
      const handler = (review: Json) => respond(review, { allowed: true, warnings: ["beware"] });
      await using _ = await webhook(api, { handler });
      const answer = await resource(api, "pods").create(labelled("a"));
      ok(answer, 201);
      assert.equal(answer.headers.get("warning"), '299 - "beware"');
    },
  },
  {
    name: "under failurePolicy Fail an answer that is none: 500 that says what is wrong with it",
    async run(api) {
      let answer: (review: Json) => Json = allow;
      await using _ = await webhook(api, {
        handler: (review) => answer(review),
        fields: { failurePolicy: "Fail" },
      });
      for (const [title, broken, said] of BROKEN) {
        answer = broken;
        const { status, body } = await resource(api, "pods").create(labelled("a"));
        assert.deepEqual([title, status, body.code, body.reason], [title, 500, 500, "InternalError"]);
        const [{ message }] = body.details.causes;
        assert.equal(body.message, `Internal error occurred: ${message}`);
        assert.ok(message.startsWith('failed calling webhook "a.example.io": '), message);
        assert.match(message, said);
      }
    },
  },
  {
    name: "under failurePolicy Ignore an answer that is none: the object goes through unpatched",
    async run(api) {
      let answer: (review: Json) => Json = allow;
      const fields = { failurePolicy: "Ignore" };
      await using hook = await webhook(api, { handler: (review) => answer(review), fields });
      for (const [i, [, broken]] of BROKEN.entries()) {
        answer = broken;
        assert.deepEqual(ok(await resource(api, "pods").create(labelled(`a-${i}`)), 201).metadata.labels, {
          app: "web",
        });
      }
      assert.equal(hook.reviews.length, BROKEN.length);
    },
  },
  {
    name: "a webhook that takes longer than its timeout: 500 under Fail",
    async run(api) {
      const handler = async (review: Json) => {
        await api.sleep(3_000);
        return allow(review);
      };
      await using _ = await webhook(api, { handler, fields: { failurePolicy: "Fail", timeoutSeconds: 1 } });
      const startMs = api.now();
      const { status, body } = await resource(api, "pods").create(labelled("a"));
      const tookMs = api.now() - startMs;
      assert.deepEqual([status, body.reason], [500, "InternalError"]);
      assert.match(
        body.message,
        /^Internal error occurred: failed calling webhook "a\.example\.io": failed to call webhook: Post ".*timeout=1s": context deadline exceeded/,
      );
      assert.ok(tookMs >= 900 && tookMs < 2_900, `${tookMs} ms`);
    },
  },
  {
    name: "a webhook that takes longer than its timeout: passed over under Ignore, after the timeout",
    async run(api) {
      const handler = async (review: Json) => {
        await api.sleep(3_000);
        return allow(review, [label("late", "yes")]);
      };
      await using _ = await webhook(api, { handler, fields: { failurePolicy: "Ignore", timeoutSeconds: 1 } });
      const startMs = api.now();
      const made = ok(await resource(api, "pods").create(labelled("a")), 201);
      const tookMs = api.now() - startMs;
      assert.deepEqual(made.metadata.labels, { app: "web" });
      assert.ok(tookMs >= 900 && tookMs < 2_900, `${tookMs} ms`);
    },
  },
  {
    name: "a patch that cannot be applied: 500, under failurePolicy Ignore too",
    async run(api) {
      let patch: Json[] = [];
      const fields = { failurePolicy: "Ignore" };
      await using _ = await webhook(api, { handler: (review) => allow(review, patch), fields });
      const send = async (object: Json, ...operations: Json[]) => {
        patch = operations;
        const { status, body } = await resource(api, "pods").create(object);
        assert.deepEqual([status, body.reason], [500, "InternalError"]);
        assert.match(body.message, /^Internal error occurred: /);
      };
      await send(labelled("a"), { op: "remove", path: "/spec/nothing" });
      await send(pod("a"), label("of-no-labels", "yes"));
      await send(labelled("a"), { op: "test", path: "/metadata/name", value: "other" });
      await send(labelled("a"), { op: "replace", path: "/spec/containers", value: "text" });
    },
  },
  {
    name: "a patch that leaves an invalid object: 422 with the cause",
    async run(api) {
      const handler = (review: Json) => allow(review, [label("capacity", "no label")]);
      await using _ = await webhook(api, { handler });
      invalid(await resource(api, "pods").create(labelled("a")), ["FieldValueInvalid metadata.labels"]);
    },
  },
];
