import assert from "node:assert/strict";
import type { Behaviour } from "../api.ts";
import { next, rest, silent, told } from "../events_of.ts";
import { ok, versionOf } from "../expect.ts";
import { bareNode, configMap, lease, pod } from "../objects.ts";
import { resource } from "../resource.ts";

export const WATCH: readonly Behaviour[] = [
  {
    name: "a watch from a version tells every write since, in order, each object as it then was",
    async run(api) {
      const leases = resource(api, "leases");
      const { metadata: { resourceVersion } } = ok(await leases.list());
      const made = ok(await leases.create(lease("a")), 201);
      const changed = ok(await leases.patch("a", { spec: { leaseTransitions: 1 } }));
      const other = ok(await leases.create(lease("b")), 201);
      ok(await leases.delete("a"));
      const watch = api.watch(leases.path(), { query: { resourceVersion } });
      assert.deepEqual(await next(watch, "ADDED"), made);
      assert.deepEqual(await next(watch, "MODIFIED"), changed);
      assert.deepEqual(await next(watch, "ADDED"), other);
      const deleted = await next(watch, "DELETED");
      assert.deepEqual(deleted.spec, changed.spec);
      assert.equal(deleted.metadata.uid, made.metadata.uid);
      assert.ok(versionOf(deleted) > versionOf(other));
      const live = ok(await leases.patch("b", { spec: { leaseTransitions: 2 } }));
      assert.deepEqual(await next(watch, "MODIFIED"), live);
    },
  },
  {
    name: "a watch from the version of an event goes on after it",
    async run(api) {
      const leases = resource(api, "leases");
      ok(await leases.create(lease("a")), 201);
      const changed = ok(await leases.patch("a", { spec: { leaseTransitions: 1 } }));
      const last = ok(await leases.patch("a", { spec: { leaseTransitions: 2 } }));
      const { resourceVersion } = changed.metadata;
      assert.deepEqual(await next(api.watch(leases.path(), { query: { resourceVersion } }), "MODIFIED"), last);
    },
  },
  {
    name: "a watch without a version, or from 0, begins with what there is, as ADDED",
    async run(api) {
      const leases = resource(api, "leases");
      for (const name of ["a", "b"]) ok(await leases.create(lease(name)), 201);
      // The cache that answers version 0 has seen what a list has shown.
      ok(await leases.list());
      for (const [i, query] of [undefined, { resourceVersion: "0" }].entries()) {
        const watch = api.watch(leases.path(), { query });
        assert.deepEqual((await told(watch, 2)).sort(), ["ADDED a", "ADDED b"]);
        const changed = ok(await leases.patch("b", { spec: { leaseTransitions: i + 1 } }));
        assert.deepEqual(await next(watch, "MODIFIED"), changed);
      }
    },
  },
  {
    name: "under a label selector an object that comes into the selection is ADDED, one that leaves it DELETED",
    async run(api) {
      const leases = resource(api, "leases");
      const labelled = (team: string | null) => leases.patch("a", { metadata: { labels: { team } } });
      const { metadata: { resourceVersion } } = ok(await leases.list());
      ok(await leases.create(lease("a")), 201);
      ok(await leases.create(lease("b", { metadata: { labels: { team: "blue" } } })), 201);
      const watch = api.watch(leases.path(), { query: { resourceVersion, labelSelector: "team=red" } });
      const red = ok(await labelled("red"));
      assert.deepEqual(await next(watch, "ADDED"), red);
      ok(await leases.patch("a", { spec: { leaseTransitions: 1 } }));
      assert.equal((await next(watch, "MODIFIED")).spec.leaseTransitions, 1);
      const blue = ok(await labelled("blue"));
      const left = await next(watch, "DELETED");
      // The object as it was in the selection, with the version of the write that took it out.
      assert.equal(left.metadata.labels.team, "red");
      assert.equal(versionOf(left), versionOf(blue));
      ok(await labelled(null));
      ok(await labelled("red"));
      assert.equal((await next(watch, "ADDED")).metadata.labels.team, "red");
      ok(await leases.delete("a"));
      assert.equal((await next(watch, "DELETED")).metadata.labels.team, "red");
    },
  },
  {
    name: "under a field selector a pod is ADDED when it is bound to the node",
    async run(api) {
      await using node = await bareNode(api);
      const pods = resource(api, "pods");
      const { metadata: { resourceVersion } } = ok(await pods.list());
      const there = api.watch("/api/v1/pods", {
        query: { resourceVersion, fieldSelector: `spec.nodeName=${node.name}` },
      });
      const unbound = api.watch(pods.path(), { query: { resourceVersion, fieldSelector: "spec.nodeName=" } });
      ok(await pods.create(pod("a")), 201);
      assert.deepEqual(await told(unbound, 1), ["ADDED a"]);
      const binding = { metadata: { name: "a" }, target: { kind: "Node", name: node.name } };
      ok(await api.request("POST", pods.path("a", "binding"), { body: binding }), 201);
      assert.equal((await next(there, "ADDED")).spec.nodeName, node.name);
      assert.deepEqual(await told(unbound, 1), ["DELETED a"]);
    },
  },
  {
    name: "a watch of one object by metadata.name tells of no other",
    async run(api) {
      const leases = resource(api, "leases");
      const { metadata: { resourceVersion } } = ok(await leases.list());
      const watch = api.watch(leases.path(), { query: { resourceVersion, fieldSelector: "metadata.name=b" } });
      for (const name of ["a", "b", "c"]) ok(await leases.create(lease(name)), 201);
      for (const name of ["a", "b"]) ok(await leases.delete(name));
      assert.deepEqual(await told(watch, 2), ["ADDED b", "DELETED b"]);
    },
  },
  {
    name: "a watch of all namespaces tells of this one",
    async run(api) {
      const maps = resource(api, "configmaps");
      const { metadata: { resourceVersion } } = ok(await maps.list());
      const query = { resourceVersion, labelSelector: `of=${api.namespace}` };
      const watch = api.watch("/api/v1/configmaps", { query });
      const made = ok(await maps.create(configMap("a", {}, { labels: { of: api.namespace } })), 201);
      assert.deepEqual(await next(watch, "ADDED"), made);
    },
  },
  {
    name: "timeoutSeconds ends a watch, without an error",
    async run(api) {
      const leases = resource(api, "leases");
      const { metadata: { resourceVersion } } = ok(await leases.list());
      const startMs = api.now();
      const watch = api.watch(leases.path(), { query: { resourceVersion, timeoutSeconds: "2" } });
      ok(await leases.create(lease("a")), 201);
      const events = await rest(watch);
      assert.deepEqual(events.map(({ type }) => type), ["ADDED"]);
      const tookMs = api.now() - startMs;
      assert.ok(tookMs >= 1_900 && tookMs < 8_000, `${tookMs} ms`);
    },
  },
  {
    name: "bookmarks tell the version only, shortly before the watch ends, and only to whom asks for them",
    async run(api) {
      const leases = resource(api, "leases");
      const { metadata: { resourceVersion } } = ok(await leases.list());
      const query = { resourceVersion, timeoutSeconds: "8" };
      const asked = api.watch(leases.path(), { query: { ...query, allowWatchBookmarks: "true" } });
      const selective = api.watch(leases.path(), {
        query: { ...query, allowWatchBookmarks: "true", labelSelector: "no=such" },
      });
      const unasked = api.watch(leases.path(), { query });
      const made = ok(await leases.create(lease("a")), 201);
      const [events, others, plain] = await Promise.all([rest(asked), rest(selective), rest(unasked)]);
      assert.deepEqual(plain.map(({ type }) => type), ["ADDED"]);
      assert.equal(events[0]!.type, "ADDED");
      for (const bookmarks of [events.slice(1), others]) {
        assert.ok(bookmarks.length > 0, "no bookmark came");
        for (const { type, object } of bookmarks) {
          assert.equal(type, "BOOKMARK");
          const { metadata, apiVersion, kind } = object;
          assert.deepEqual([apiVersion, kind, Object.keys(metadata)], [
            "coordination.k8s.io/v1",
            "Lease",
            ["resourceVersion"],
          ]);
          assert.ok(versionOf(object) >= versionOf(made));
        }
      }
    },
  },
  {
    name: "a watch from a version that is not there yet stays open and silent",
    async run(api) {
      const leases = resource(api, "leases");
      const watch = api.watch(leases.path(), { query: { resourceVersion: "999999999", timeoutSeconds: "2" } });
      ok(await leases.create(lease("a")), 201);
      await silent(watch, 1_000);
      assert.deepEqual(await rest(watch), []);
    },
  },
  {
    name: "what changes nothing makes no event: a no-op update, a dry run, a refused write",
    async run(api) {
      const leases = resource(api, "leases");
      const made = ok(await leases.create(lease("a")), 201);
      const { resourceVersion } = made.metadata;
      const watch = api.watch(leases.path(), { query: { resourceVersion } });
      ok(await leases.put(made));
      ok(await leases.create(lease("b"), { dryRun: "All" }), 201);
      ok(await leases.patch("a", { spec: { leaseTransitions: 9 } }, { query: { dryRun: "All" } }));
      ok(await leases.delete("a", { query: { dryRun: "All" } }));
      assert.equal((await leases.create(lease("a"))).status, 409);
      const last = ok(await leases.patch("a", { spec: { leaseTransitions: 1 } }));
      assert.deepEqual(await next(watch, "MODIFIED"), last);
    },
  },
];
