import assert from "node:assert/strict";
import type { Api, Behaviour, Json } from "../api.ts";
import { invalid, ok } from "../expect.ts";
import { pod } from "../objects.ts";
import { resource, resourceAt } from "../resource.ts";
import { allow, label, labelled, webhook } from "../webhooks.ts";

/** Two ways to say: its controller is a ReplicaSet or StatefulSet of apps/v1. */
const HAS_CONTROLLER = [
  "has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(r, has(r.controller) && " +
  "r.controller == true && r.apiVersion == 'apps/v1' && r.kind in ['ReplicaSet', 'StatefulSet'])",
  "object.metadata.?ownerReferences.orValue([]).exists(r, r.?controller.orValue(false) && " +
  "r.apiVersion == 'apps/v1' && r.kind in ['ReplicaSet', 'StatefulSet'])",
];

function owner(kind: string, controller?: boolean, apiVersion = "apps/v1"): Json {
  return {
    apiVersion,
    kind,
    name: "owner",
    uid: "uid-of-owner",
    ...controller === undefined ? {} : { controller },
  };
}

const OWNERS: readonly (readonly [title: string, owners: readonly Json[] | undefined, isCalled: boolean])[] = [
  ["a ReplicaSet", [owner("ReplicaSet", true)], true],
  ["a StatefulSet", [owner("StatefulSet", true)], true],
  ["none", undefined, false],
  ["a Job", [owner("Job", true, "batch/v1")], false],
  ["a ReplicaSet that does not control", [owner("ReplicaSet", false)], false],
  ["a ReplicaSet that does not say", [owner("ReplicaSet")], false],
  [
    "a Job and a ReplicaSet that does not control",
    [owner("Job", true, "batch/v1"), owner("ReplicaSet", false)],
    false,
  ],
  ["a ReplicaSet of another group", [owner("ReplicaSet", true, "example.io/v1")], false],
  ["a Node", [owner("Node", true, "v1")], false],
];

/** Creates dry, and tells whether the webhook was asked. */
async function isAsked(api: Api, reviews: Json[], object: Json): Promise<boolean> {
  const before = reviews.length;
  ok(await resource(api, "pods").create(object, { dryRun: "All" }), 201);
  return reviews.length > before;
}

export const WEBHOOK_MATCHING: readonly Behaviour[] = [
  ...HAS_CONTROLLER.map((expression, i): Behaviour => ({
    name: `matchConditions ask about pods of a ReplicaSet or StatefulSet only, said with ${
      i === 0 ? "has" : "optionals"
    }`,
    async run(api) {
      const probe = labelled("probe", { ownerReferences: [owner("ReplicaSet", true)] });
      const fields = { matchConditions: [{ name: "controlled", expression }] };
      await using hook = await webhook(api, { handler: allow, fields, probe });
      for (const [title, ownerReferences, isCalled] of OWNERS) {
        const asked = await isAsked(api, hook.reviews, labelled("a", { ownerReferences }));
        assert.deepEqual([title, asked], [title, isCalled]);
      }
    },
  })),
  {
    name:
      "several matchConditions must all hold; one that cannot be evaluated: 403 under Fail, passed over under Ignore",
    async run(api) {
      const conditions = [
        { name: "web", expression: "object.metadata.labels['app'] == 'web'" },
        { name: "red", expression: "object.metadata.labels['team'] == 'red'" },
      ];
      const probe = labelled("probe", { labels: { app: "web", team: "red" } });
      for (const failurePolicy of ["Fail", "Ignore"]) {
        const fields = { matchConditions: conditions, failurePolicy };
        await using hook = await webhook(api, {
          name: failurePolicy.toLowerCase(),
          handler: allow,
          fields,
          probe,
        });
        const labels = (app: string, team: string) => labelled("a", { labels: { app, team } });
        assert.equal(await isAsked(api, hook.reviews, labels("web", "red")), true);
        assert.equal(await isAsked(api, hook.reviews, labels("web", "blue")), false);
        assert.equal(await isAsked(api, hook.reviews, labels("api", "red")), false);
        // A condition that is false decides before one that cannot be evaluated.
        assert.equal(await isAsked(api, hook.reviews, labelled("a", { labels: { app: "api" } })), false);
        if (failurePolicy === "Ignore") {
          assert.equal(await isAsked(api, hook.reviews, labelled("a")), false);
          continue;
        }
        const { status, body } = await resource(api, "pods").create(labelled("a"), { dryRun: "All" });
        assert.deepEqual([status, body.reason], [403, "Forbidden"]);
        assert.match(
          body.message,
          /expression 'object\.metadata\.labels\['team'\] == 'red'' resulted in error: no such key: team/,
        );
      }
    },
  },
  {
    name: "matchConditions that do not compile: 422",
    async run(api) {
      const configurations = resourceAt(
        api,
        "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
      );
      const hook = {
        name: "a.example.io",
        clientConfig: { url: "https://127.0.0.1:1/none" },
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
        matchConditions: [{ name: "broken", expression: "object.(" }],
      };
      invalid(await configurations.create({ metadata: { name: api.namespace }, webhooks: [hook] }), [
        "FieldValueInvalid webhooks[0].matchConditions[0].expression",
      ]);
    },
  },
  {
    name: "objectSelector asks about objects with the labels only",
    async run(api) {
      const fields = { objectSelector: { matchExpressions: [{ key: "skip", operator: "DoesNotExist" }] } };
      await using hook = await webhook(api, { handler: allow, fields });
      assert.equal(await isAsked(api, hook.reviews, labelled("a")), true);
      assert.equal(await isAsked(api, hook.reviews, pod("b")), true);
      assert.equal(await isAsked(api, hook.reviews, labelled("c", { labels: { skip: "me" } })), false);
    },
  },
  {
    name: "namespaceSelector asks about namespaces with the labels only, as they are now",
    async run(api) {
      const path = `/api/v1/namespaces/${api.namespace}`;
      const relabel = async (team: string) => {
        const body = { metadata: { labels: { team } } };
        ok(await api.request("PATCH", path, { body, contentType: "application/merge-patch+json" }));
        // The real server asks a cache of namespaces.
        await api.sleep(500);
      };
      await relabel("red");
      const matchLabels = { "kubernetes.io/metadata.name": api.namespace, team: "red" };
      await using hook = await webhook(api, { handler: allow, fields: { namespaceSelector: { matchLabels } } });
      assert.equal(await isAsked(api, hook.reviews, labelled("a")), true);
      await relabel("blue");
      assert.equal(await isAsked(api, hook.reviews, labelled("a")), false);
      await relabel("red");
      assert.equal(await isAsked(api, hook.reviews, labelled("a")), true);
    },
  },
  {
    name:
      "webhooks are asked in the order of their configurations' names, each about what the one before has made",
    async run(api) {
      const asked: string[] = [];
      const handler = (name: string) => (review: Json) => {
        asked.push(`${name} ${Object.keys(review.request.object.metadata.labels).join("+")}`);
        return allow(review, [label(name, "was-here")]);
      };
      await using _two = await webhook(api, { name: "two", handler: handler("two") });
      await using _one = await webhook(api, { name: "one", handler: handler("one") });
      const made = ok(await resource(api, "pods").create(labelled("a")), 201);
      assert.deepEqual(made.metadata.labels, { app: "web", one: "was-here", two: "was-here" });
      assert.deepEqual(asked, ["one app", "two app+one"]);
    },
  },
  {
    name: "reinvocationPolicy IfNeeded: asked once more when a later webhook has changed the object, else not",
    async run(api) {
      const asked: string[] = [];
      const handler = (name: string, isPatching: () => boolean) => (review: Json) => {
        const { labels } = review.request.object.metadata;
        asked.push(`${name} ${Object.keys(labels).sort().join("+")}`);
        return allow(
          review,
          isPatching() && labels[name] === undefined ? [label(name, "was-here")] : undefined,
        );
      };
      let isLater = true;
      const fields = { reinvocationPolicy: "IfNeeded" };
      await using _one = await webhook(api, { name: "one", handler: handler("one", () => true), fields });
      await using _two = await webhook(api, { name: "two", handler: handler("two", () => isLater) });
      const pods = resource(api, "pods");
      ok(await pods.create(labelled("a")), 201);
      assert.deepEqual(asked.splice(0), ["one app", "two app+one", "one app+one+two"]);
      isLater = false;
      ok(await pods.create(labelled("b")), 201);
      assert.deepEqual(asked, ["one app", "two app+one"]);
    },
  },
  {
    name:
      "the answer of a reinvoked webhook is applied, and has later ones asked once more; nobody is asked a third time",
    async run(api) {
      const asked: string[] = [];
      const fields = { reinvocationPolicy: "IfNeeded" };
      const counting = (name: string) => (review: Json) => {
        asked.push(name);
        return allow(review, [label(name, `n${asked.filter((other) => other === name).length}`)]);
      };
      await using _one = await webhook(api, { name: "one", handler: counting("one"), fields });
      await using _two = await webhook(api, { name: "two", handler: counting("two"), fields });
      const { labels } = ok(await resource(api, "pods").create(labelled("a")), 201).metadata;
      assert.deepEqual(asked, ["one", "two", "one", "two"]);
      assert.deepEqual(labels, { app: "web", one: "n2", two: "n2" });
    },
  },
  {
    name: "a configuration gets its defaults; without sideEffects, or with some that a dry run would have: 422",
    async run(api) {
      const configurations = resourceAt(
        api,
        "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
      );
      const clientConfig = { url: "https://127.0.0.1:1/none" };
      const rules = [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }];
      const hook = {
        name: "a.example.io",
        clientConfig,
        rules,
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": api.namespace } },
        sideEffects: "NoneOnDryRun",
        admissionReviewVersions: ["v1"],
      };
      const send = (fields: Json) =>
        configurations.create({ metadata: { name: api.namespace }, webhooks: [{ ...hook, ...fields }] }, {
          dryRun: "All",
        });
      assert.deepEqual(ok(await send({}), 201).webhooks, [{
        ...hook,
        rules: [{ ...rules[0], scope: "*" }],
        matchPolicy: "Equivalent",
        objectSelector: {},
        failurePolicy: "Fail",
        reinvocationPolicy: "Never",
        timeoutSeconds: 10,
      }]);
      const field = (name: string) => `webhooks[0].${name}`;
      invalid(await send({ sideEffects: "Some" }), [`FieldValueNotSupported ${field("sideEffects")}`]);
      invalid(await send({ sideEffects: undefined }), [`FieldValueRequired ${field("sideEffects")}`]);
      invalid(await send({ timeoutSeconds: 31 }), [`FieldValueInvalid ${field("timeoutSeconds")}`]);
      invalid(await send({ clientConfig: { url: "http://127.0.0.1:1" } }), [
        `FieldValueInvalid ${field("clientConfig.url")}`,
      ]);
    },
  },
];
