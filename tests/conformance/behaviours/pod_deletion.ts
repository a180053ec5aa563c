import assert from "node:assert/strict";
import type { Behaviour, Json } from "../api.ts";
import { next, nextEvent } from "../events_of.ts";
import { names, notFound, ok, refused } from "../expect.ts";
import { bareNode, pod, runningPod } from "../objects.ts";
import { resource } from "../resource.ts";

/** How long before its deletionTimestamp a pod was told to go: what it was given. */
function grace({ metadata }: Json): number {
  return metadata.deletionGracePeriodSeconds;
}

function seconds(earlier: string, later: string): number {
  return (Date.parse(later) - Date.parse(earlier)) / 1_000;
}

export const POD_DELETION: readonly Behaviour[] = [
  {
    name: "a pod that runs is given its grace period, and stays until somebody removes it with none",
    async run(api) {
      await using node = await bareNode(api);
      const pods = resource(api, "pods");
      const running = await runningPod(api, "a", { node });
      const watch = api.watch(pods.path(), { query: { resourceVersion: running.metadata.resourceVersion } });
      const deleted = ok(await pods.delete("a"));
      assert.equal(deleted.kind, "Pod");
      assert.equal(grace(deleted), 30);
      const until = seconds(deleted.metadata.creationTimestamp, deleted.metadata.deletionTimestamp);
      assert.ok(until >= 30 && until < 60, `${until} s`);
      assert.deepEqual([deleted.status.phase, deleted.metadata.generation], ["Running", 2]);
      assert.deepEqual(await next(watch, "MODIFIED"), deleted);
      assert.deepEqual(ok(await pods.get("a")), deleted);
      const removed = ok(await pods.delete("a", { query: { gracePeriodSeconds: "0" } }));
      assert.equal(removed.metadata.uid, running.metadata.uid);
      // The real server writes the grace period of 0 down before it removes the pod.
      let event = await nextEvent(watch);
      if (event.type === "MODIFIED") event = await nextEvent(watch);
      assert.deepEqual([event.type, event.object.metadata.uid], ["DELETED", running.metadata.uid]);
      notFound(await pods.get("a"), "pods", "a");
    },
  },
  {
    name: "the grace period is that of the request, else that of the pod",
    async run(api) {
      await using node = await bareNode(api);
      const pods = resource(api, "pods");
      await runningPod(api, "a", { node, spec: { terminationGracePeriodSeconds: 7 } });
      assert.equal(grace(ok(await pods.delete("a"))), 7);
      await runningPod(api, "b", { node });
      assert.equal(grace(ok(await pods.delete("b", { body: { gracePeriodSeconds: 12 } }))), 12);
      await runningPod(api, "c", { node });
      assert.equal(grace(ok(await pods.delete("c", { query: { gracePeriodSeconds: "90" } }))), 90);
    },
  },
  {
    name: "a grace period can be shortened by a second delete, not lengthened; the same again changes nothing",
    async run(api) {
      await using node = await bareNode(api);
      const pods = resource(api, "pods");
      await runningPod(api, "a", { node });
      const first = ok(await pods.delete("a"));
      assert.deepEqual(ok(await pods.delete("a")), first);
      const shorter = ok(await pods.delete("a", { query: { gracePeriodSeconds: "10" } }));
      assert.equal(grace(shorter), 10);
      const less = seconds(shorter.metadata.deletionTimestamp, first.metadata.deletionTimestamp);
      assert.ok(less >= 19 && less <= 20, `${less} s less`);
      const longer = ok(await pods.delete("a", { query: { gracePeriodSeconds: "100" } }));
      assert.deepEqual(longer, shorter);
      assert.equal(
        (await pods.create(pod("a"))).body.message,
        'object is being deleted: pods "a" already exists',
      );
    },
  },
  {
    name: "a pod that is bound to no node, that is done, or that wants no grace, goes at once",
    async run(api) {
      await using node = await bareNode(api);
      const pods = resource(api, "pods");
      ok(await pods.create(pod("unbound")), 201);
      await runningPod(api, "done", { node, phase: "Succeeded" });
      await runningPod(api, "failed", { node, phase: "Failed" });
      await runningPod(api, "hasty", { node, spec: { terminationGracePeriodSeconds: 0 } });
      for (const name of ["unbound", "done", "failed"]) {
        const deleted = ok(await pods.delete(name));
        assert.deepEqual([name, deleted.kind, grace(deleted)], [name, "Pod", 0]);
        notFound(await pods.get(name), "pods", name);
      }
      ok(await pods.delete("hasty"));
      notFound(await pods.get("hasty"), "pods", "hasty");
    },
  },
  {
    name: "a pod's finalizer holds it after its grace period",
    async run(api) {
      await using node = await bareNode(api);
      const pods = resource(api, "pods");
      const held = pod("a", { metadata: { finalizers: ["example.io/a"] }, spec: { nodeName: node.name } });
      ok(await pods.create(held), 201);
      assert.equal(grace(ok(await pods.delete("a"))), 30);
      assert.equal(grace(ok(await pods.delete("a", { query: { gracePeriodSeconds: "0" } }))), 0);
      assert.equal(grace(ok(await pods.get("a"))), 0);
      ok(await pods.patch("a", { metadata: { finalizers: null } }));
      notFound(await pods.get("a"), "pods", "a");
    },
  },
  {
    name: "delete of a collection of pods gives each its grace; with none they go",
    async run(api) {
      await using node = await bareNode(api);
      const pods = resource(api, "pods");
      await runningPod(api, "a", { node, labels: { team: "red" } });
      await runningPod(api, "b", { node, labels: { team: "blue" } });
      assert.deepEqual(names(ok(await pods.deleteAll({ labelSelector: "team=red" }))), ["a"]);
      const { items: [a, b] } = ok(await pods.list());
      assert.deepEqual([grace(a), grace(b)], [30, undefined]);
      ok(await pods.deleteAll({ gracePeriodSeconds: "0" }));
      assert.deepEqual(ok(await pods.list()).items, []);
    },
  },
  {
    name: "a pod's precondition that does not hold: 409, and it runs on",
    async run(api) {
      await using node = await bareNode(api);
      const pods = resource(api, "pods");
      const running = await runningPod(api, "a", { node });
      refused(await pods.delete("a", { body: { preconditions: { uid: "other" } } }), {
        code: 409,
        reason: "Conflict",
        message:
          'Operation cannot be fulfilled on Pod "a": the UID in the precondition (other) does not match the ' +
          `UID in record (${running.metadata.uid}). The object might have been deleted and then recreated`,
        details: { name: "a", kind: "Pod" },
      });
      assert.deepEqual(ok(await pods.get("a")), running);
    },
  },
];
