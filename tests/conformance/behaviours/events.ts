import assert from "node:assert/strict";
import type { Behaviour, Json } from "../api.ts";
import { next } from "../events_of.ts";
import { invalid, names, ok, plain, refused, versionOf } from "../expect.ts";
import { event, MICRO_TIME } from "../objects.ts";
import { resource } from "../resource.ts";

/** An Event as core v1 has it. */
function coreEvent(namespace: string, name: string, more: Json = {}): Json {
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name },
    involvedObject: { apiVersion: "v1", kind: "Pod", namespace, name: "api", uid: "uid-of-api" },
    reason: "Pulled",
    message: "there it is",
    source: { component: "kubelet", host: "node-1" },
    firstTimestamp: "2026-01-02T03:04:05Z",
    lastTimestamp: "2026-01-02T03:04:06Z",
    count: 3,
    type: "Warning",
    ...more,
  };
}

/** Without what the server gives every object. */
function content(object: Json): Json {
  const { metadata, ...rest } = plain(object);
  return { ...rest, metadata: { name: metadata.name } };
}

export const EVENTS: readonly Behaviour[] = [
  {
    name: "an Event of events.k8s.io is one of core v1 too, with the fields of that",
    async run(api) {
      const made = ok(await resource(api, "events.events.k8s.io").create(event(api, "a")), 201);
      assert.deepEqual(content(made), {
        ...event(api, "a"),
        deprecatedSource: {},
        deprecatedFirstTimestamp: null,
        deprecatedLastTimestamp: null,
      });
      const core = ok(await resource(api, "events").get("a"));
      assert.deepEqual(content(core), {
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: "a" },
        involvedObject: {
          apiVersion: "v1",
          kind: "Pod",
          namespace: api.namespace,
          name: "web",
          uid: "uid-of-web",
        },
        reason: "Tested",
        message: "it works",
        source: {},
        firstTimestamp: null,
        lastTimestamp: null,
        type: "Normal",
        eventTime: MICRO_TIME,
        action: "Testing",
        reportingComponent: "example.io/controller",
        reportingInstance: "controller-1",
      });
      assert.deepEqual([core.metadata.uid, versionOf(core)], [made.metadata.uid, versionOf(made)]);
    },
  },
  {
    name: "an Event of core v1 is one of events.k8s.io too, with the old fields as deprecated ones",
    async run(api) {
      const made = ok(await resource(api, "events").create(coreEvent(api.namespace, "a")), 201);
      assert.deepEqual(content(made), {
        ...coreEvent(api.namespace, "a"),
        eventTime: null,
        reportingComponent: "",
        reportingInstance: "",
      });
      assert.deepEqual(content(ok(await resource(api, "events.events.k8s.io").get("a"))), {
        apiVersion: "events.k8s.io/v1",
        kind: "Event",
        metadata: { name: "a" },
        eventTime: null,
        reason: "Pulled",
        regarding: { apiVersion: "v1", kind: "Pod", namespace: api.namespace, name: "api", uid: "uid-of-api" },
        note: "there it is",
        type: "Warning",
        deprecatedSource: { component: "kubelet", host: "node-1" },
        deprecatedFirstTimestamp: "2026-01-02T03:04:05Z",
        deprecatedLastTimestamp: "2026-01-02T03:04:06Z",
        deprecatedCount: 3,
      });
    },
  },
  {
    name: "a patch adds a series to an Event, which core v1 shows",
    async run(api) {
      const events = resource(api, "events.events.k8s.io");
      ok(await events.create(event(api, "a")), 201);
      const series = { count: 2, lastObservedTime: MICRO_TIME };
      assert.deepEqual(ok(await events.patch("a", { series })).series, series);
      const more = { count: 3, lastObservedTime: "2026-01-02T03:05:05.000001Z" };
      const strategic = { type: "application/strategic-merge-patch+json" };
      assert.deepEqual(ok(await events.patch("a", { series: more }, strategic)).series, more);
      assert.deepEqual(ok(await resource(api, "events").get("a")).series, more);
    },
  },
  {
    name: "an Event of events.k8s.io that lacks what it must have: 422",
    async run(api) {
      const events = resource(api, "events.events.k8s.io");
      const bad = async (more: Json, ...causes: string[]) =>
        invalid(await events.create(event(api, "a", more)), causes);
      await bad({ eventTime: null }, "FieldValueRequired eventTime");
      await bad({ reportingInstance: "" }, "FieldValueRequired reportingInstance");
      await bad({ action: "" }, "FieldValueRequired action");
      await bad({ reason: "" }, "FieldValueRequired reason");
      await bad({ type: "Odd" }, "FieldValueInvalid type");
      await bad({ reportingController: "not valid!" }, "FieldValueInvalid reportingController");
      await bad({ note: "x".repeat(1025) }, "FieldValueInvalid message");
      await bad({ deprecatedCount: 2 }, "FieldValueInvalid count");
      const { status, body } = await events.create(event(api, "a", { eventTime: "2026-01-02T03:04:05Z" }));
      assert.deepEqual([status, body.reason], [400, "BadRequest"]);
    },
  },
  {
    name: "an Event of core v1 in another namespace than its object's: 422",
    async run(api) {
      const involvedObject = { apiVersion: "v1", kind: "Pod", namespace: "other", name: "web" };
      invalid(await resource(api, "events").create(coreEvent(api.namespace, "a", { involvedObject })), [
        "FieldValueInvalid involvedObject.namespace",
      ]);
    },
  },
  {
    name: "the note of an Event cannot be changed through events.k8s.io: 422; through core v1 it can",
    async run(api) {
      const events = resource(api, "events.events.k8s.io");
      ok(await events.create(event(api, "a")), 201);
      invalid(await events.patch("a", { note: "other" }), ["FieldValueInvalid message"]);
      ok(await resource(api, "events").patch("a", { message: "other" }));
      assert.equal(ok(await events.get("a")).note, "other");
    },
  },
  {
    name: "an update of an Event that is not there makes it: 201",
    async run(api) {
      assert.equal(ok(await resource(api, "events").put(coreEvent(api.namespace, "a")), 201).count, 3);
    },
  },
  {
    name: "core Events can be selected by what they are about, their reason, type and source",
    async run(api) {
      ok(await resource(api, "events.events.k8s.io").create(event(api, "a")), 201);
      ok(await resource(api, "events").create(coreEvent(api.namespace, "b")), 201);
      for (
        const [fieldSelector, found] of [
          ["involvedObject.name=web", "a"],
          ["involvedObject.name=api,involvedObject.kind=Pod", "b"],
          [`involvedObject.namespace=${api.namespace}`, "a b"],
          ["involvedObject.uid=uid-of-web", "a"],
          ["involvedObject.apiVersion=v1,involvedObject.uid=uid-of-api", "b"],
          ["reason=Pulled", "b"],
          ["type!=Warning", "a"],
          ["source=kubelet", "b"],
          ["reportingComponent=example.io/controller", "a"],
        ] as const
      ) {
        const list = ok(await resource(api, "events").list({ fieldSelector }));
        assert.deepEqual([fieldSelector, names(list).join(" ")], [fieldSelector, found]);
      }
      refused(await resource(api, "events").list({ fieldSelector: "message=it works" }), {
        code: 400,
        reason: "BadRequest",
        message: "field label not supported: message",
      });
    },
  },
  {
    name: "Events of events.k8s.io are selected by regarding, not by involvedObject: 400",
    async run(api) {
      const events = resource(api, "events.events.k8s.io");
      ok(await events.create(event(api, "a")), 201);
      for (
        const fieldSelector of [
          "regarding.name=web",
          "reportingController=example.io/controller",
          "reason=Tested",
        ]
      ) {
        assert.deepEqual([fieldSelector, names(ok(await events.list({ fieldSelector })))], [fieldSelector, [
          "a",
        ]]);
      }
      refused(await events.list({ fieldSelector: "involvedObject.name=web" }), {
        code: 400,
        reason: "BadRequest",
        message: "field label not supported: involvedObject.name",
      });
    },
  },
  {
    name: "a watch of either shows an Event that the other has written, in its own fields; delete takes both",
    async run(api) {
      const [core, events] = [resource(api, "events"), resource(api, "events.events.k8s.io")];
      const { metadata: { resourceVersion } } = ok(await core.list());
      const query = { resourceVersion };
      const [coreWatch, watch] = [core, events].map(({ path }) => api.watch(path(), { query }));
      ok(await events.create(event(api, "a")), 201);
      assert.equal((await next(coreWatch!, "ADDED")).message, "it works");
      assert.equal((await next(watch!, "ADDED")).note, "it works");
      const { details } = ok(await events.delete("a"));
      assert.deepEqual([details.group, details.kind], ["events.k8s.io", "events"]);
      assert.equal((await next(coreWatch!, "DELETED")).message, "it works");
      assert.equal((await core.get("a")).status, 404);
    },
  },
];
