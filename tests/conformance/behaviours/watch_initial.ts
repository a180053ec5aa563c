import assert from "node:assert/strict";
import type { Behaviour } from "../api.ts";
import { next, rest, told } from "../events_of.ts";
import { invalid, ok, refused, versionOf } from "../expect.ts";
import { lease } from "../objects.ts";
import { resource } from "../resource.ts";

const INITIAL = { sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" };
const WITH_BOOKMARKS = { ...INITIAL, allowWatchBookmarks: "true" };

/** Query and cause of each combination that does not go together in a watch. */
const WRONG: readonly (readonly [query: Record<string, string>, causes: readonly string[]])[] = [
  [{ sendInitialEvents: "true" }, ["FieldValueForbidden resourceVersionMatch"]],
  [{ sendInitialEvents: "false" }, ["FieldValueForbidden resourceVersionMatch"]],
  [{ ...INITIAL, resourceVersionMatch: "Exact", resourceVersion: "5" }, [
    "FieldValueForbidden resourceVersionMatch",
    "FieldValueNotSupported resourceVersionMatch",
  ]],
  [{ resourceVersionMatch: "NotOlderThan", resourceVersion: "5" }, [
    "FieldValueForbidden resourceVersionMatch",
  ]],
];

export const WATCH_INITIAL: readonly Behaviour[] = [
  {
    name: "sendInitialEvents: what there is as ADDED, a bookmark that says so, then what happens",
    async run(api) {
      const leases = resource(api, "leases");
      for (const name of ["a", "b"]) ok(await leases.create(lease(name)), 201);
      const watch = api.watch(leases.path(), { query: WITH_BOOKMARKS });
      assert.deepEqual((await told(watch, 2)).sort(), ["ADDED a", "ADDED b"]);
      const bookmark = await next(watch, "BOOKMARK");
      assert.deepEqual([bookmark.apiVersion, bookmark.kind], ["coordination.k8s.io/v1", "Lease"]);
      assert.deepEqual(Object.keys(bookmark.metadata).sort(), ["annotations", "resourceVersion"]);
      assert.deepEqual(bookmark.metadata.annotations, { "k8s.io/initial-events-end": "true" });
      assert.ok(versionOf(bookmark) >= versionOf(ok(await leases.get("b"))));
      ok(await leases.delete("a"));
      assert.deepEqual(await told(watch, 1), ["DELETED a"]);
    },
  },
  {
    name: "sendInitialEvents of nothing: the bookmark at once",
    async run(api) {
      const watch = api.watch(resource(api, "replicasets").path(), { query: WITH_BOOKMARKS });
      const bookmark = await next(watch, "BOOKMARK");
      assert.deepEqual(bookmark.metadata.annotations, { "k8s.io/initial-events-end": "true" });
      assert.equal(bookmark.kind, "ReplicaSet");
    },
  },
  {
    name: "sendInitialEvents under a selector: only what is selected",
    async run(api) {
      const leases = resource(api, "leases");
      ok(await leases.create(lease("a", { metadata: { labels: { team: "red" } } })), 201);
      ok(await leases.create(lease("b")), 201);
      const watch = api.watch(leases.path(), { query: { ...WITH_BOOKMARKS, labelSelector: "team" } });
      assert.deepEqual(await told(watch, 1), ["ADDED a"]);
      await next(watch, "BOOKMARK");
    },
  },
  {
    name: "sendInitialEvents not older than a version: the state is at least of then",
    async run(api) {
      const leases = resource(api, "leases");
      ok(await leases.create(lease("a")), 201);
      const { metadata: { resourceVersion } } = ok(await leases.patch("a", { spec: { leaseTransitions: 7 } }));
      const watch = api.watch(leases.path(), { query: { ...WITH_BOOKMARKS, resourceVersion } });
      assert.equal((await next(watch, "ADDED")).spec.leaseTransitions, 7);
      assert.ok(versionOf(await next(watch, "BOOKMARK")) >= Number(resourceVersion));
    },
  },
  {
    name: "sendInitialEvents without allowWatchBookmarks: the events, and no bookmark",
    async run(api) {
      const leases = resource(api, "leases");
      ok(await leases.create(lease("a")), 201);
      const events = await rest(api.watch(leases.path(), { query: { ...INITIAL, timeoutSeconds: "1" } }));
      assert.deepEqual(events.map(({ type }) => type), ["ADDED"]);
    },
  },
  {
    name: "sendInitialEvents=false: a watch from the version, without what there was",
    async run(api) {
      const leases = resource(api, "leases");
      ok(await leases.create(lease("a")), 201);
      const { metadata: { resourceVersion } } = ok(await leases.list());
      const query = { ...WITH_BOOKMARKS, sendInitialEvents: "false", resourceVersion };
      const watch = api.watch(leases.path(), { query });
      ok(await leases.create(lease("b")), 201);
      assert.deepEqual(await told(watch, 1), ["ADDED b"]);
    },
  },
  {
    name: "sendInitialEvents and resourceVersionMatch that do not go together: 422",
    async run(api) {
      const leases = resource(api, "leases");
      for (const [query, causes] of WRONG) {
        invalid(await leases.list({ watch: "true", timeoutSeconds: "1", ...query }), causes);
      }
      invalid(await leases.list({ ...INITIAL, resourceVersion: "5" }), [
        "FieldValueForbidden sendInitialEvents",
      ]);
      const message = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
      refused(await leases.list({ watch: "true", timeoutSeconds: "1", sendInitialEvents: "true" }), {
        code: 422,
        reason: "Invalid",
        message: `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: ${message}`,
        details: {
          group: "meta.k8s.io",
          kind: "ListOptions",
          causes: [{
            reason: "FieldValueForbidden",
            message: `Forbidden: ${message}`,
            field: "resourceVersionMatch",
          }],
        },
      });
    },
  },
  {
    name: "a watch whose timeoutSeconds is no number: 400; whose version is none: 500",
    async run(api) {
      const leases = resource(api, "leases");
      refused(await leases.list({ watch: "true", timeoutSeconds: "soon" }), {
        code: 400,
        reason: "BadRequest",
        message: 'strconv.ParseInt: parsing "soon": invalid syntax',
      });
      refused(await leases.list({ watch: "true", timeoutSeconds: "1", resourceVersion: "x" }), {
        code: 500,
        reason: undefined,
        message: 'resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
      });
    },
  },
];
