import assert from "node:assert/strict";
import type { Behaviour } from "../api.ts";
import { invalid, names, ok, refused, versionOf } from "../expect.ts";
import { configMap, lease } from "../objects.ts";
import { type Resource, resource, resourceAt } from "../resource.ts";

/** Leases, which nobody else makes in a new namespace. */
async function makeLeases(leases: Resource, ...wanted: string[]): Promise<void> {
  for (const name of wanted) ok(await leases.create(lease(name, { metadata: { labels: { app: "x" } } })), 201);
}

export const LIST: readonly Behaviour[] = [
  {
    name: "a list has a kind of its own, its items none, sorted by name",
    async run(api) {
      const leases = resource(api, "leases");
      await makeLeases(leases, "b", "c", "a");
      const list = ok(await leases.list());
      assert.deepEqual([list.apiVersion, list.kind], ["coordination.k8s.io/v1", "LeaseList"]);
      assert.deepEqual(names(list), ["a", "b", "c"]);
      for (const item of list.items) assert.deepEqual(Object.keys(item).sort(), ["metadata", "spec"]);
      assert.deepEqual(Object.keys(list.metadata), ["resourceVersion"]);
      assert.equal(ok(await resource(api, "deployments").list()).kind, "DeploymentList");
    },
  },
  {
    name: "a list of nothing is an empty list, also of a namespace that is not there",
    async run(api) {
      const { metadata, ...list } = ok(await resource(api, "deployments").list());
      assert.deepEqual(list, { kind: "DeploymentList", apiVersion: "apps/v1", items: [] });
      assert.ok(versionOf({ metadata }) > 0);
      const missing = resourceAt(api, `/api/v1/namespaces/${api.namespace}-not/pods`);
      assert.deepEqual(ok(await missing.list()).items, []);
    },
  },
  {
    name: "a list's version is that of the moment: not older than its items, not older than the last list's",
    async run(api) {
      const leases = resource(api, "leases");
      await makeLeases(leases, "a", "b");
      const first = ok(await leases.list());
      assert.ok(first.items.every((item: { metadata: unknown }) => versionOf(item) <= versionOf(first)));
      const written = ok(await leases.patch("a", { spec: { leaseTransitions: 1 } }));
      ok(await leases.delete("b"));
      assert.ok(versionOf(ok(await leases.list())) > versionOf(written));
    },
  },
  {
    name: "limit and continue give pages of one moment, and how many remain",
    async run(api) {
      const leases = resource(api, "leases");
      await makeLeases(leases, "a", "b", "c", "d", "e");
      const first = ok(await leases.list({ limit: "2" }));
      assert.deepEqual([names(first), first.metadata.remainingItemCount], [["a", "b"], 3]);
      await makeLeases(leases, "bb", "f");
      ok(await leases.delete("d"));
      const second = ok(await leases.list({ limit: "2", continue: first.metadata.continue }));
      assert.deepEqual([names(second), second.metadata.remainingItemCount], [["c", "d"], 1]);
      const third = ok(await leases.list({ limit: "2", continue: second.metadata.continue }));
      assert.deepEqual(names(third), ["e"]);
      assert.deepEqual(third.metadata, { resourceVersion: first.metadata.resourceVersion });
      assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
      const rest = ok(await leases.list({ continue: first.metadata.continue }));
      assert.deepEqual(names(rest), ["c", "d", "e"]);
      const exact = ok(await leases.list({ limit: "6" }));
      assert.deepEqual(names(exact), ["a", "b", "bb", "c", "e", "f"]);
      assert.deepEqual(Object.keys(exact.metadata), ["resourceVersion"]);
    },
  },
  {
    name: "pages of a selection do not say how many remain",
    async run(api) {
      const leases = resource(api, "leases");
      await makeLeases(leases, "a", "b", "c");
      const first = ok(await leases.list({ limit: "1", labelSelector: "app=x" }));
      assert.deepEqual(Object.keys(first.metadata).sort(), ["continue", "resourceVersion"]);
      const query = { limit: "5", labelSelector: "app=x", continue: first.metadata.continue };
      assert.deepEqual(names(ok(await leases.list(query))), ["b", "c"]);
    },
  },
  {
    name: "a continue token that is none, or comes with a version, or a limit that is no number: 400",
    async run(api) {
      const leases = resource(api, "leases");
      await makeLeases(leases, "a", "b");
      const { metadata } = ok(await leases.list({ limit: "1" }));
      refused(await leases.list({ continue: "nonsense" }), {
        code: 400,
        reason: "BadRequest",
        message: /^invalid continue token: continue key is not valid: /,
      });
      refused(await leases.list({ continue: metadata.continue, resourceVersion: metadata.resourceVersion }), {
        code: 400,
        reason: "BadRequest",
        message: "specifying resource version is not allowed when using continue",
      });
      refused(await leases.list({ limit: "many" }), {
        code: 400,
        reason: "BadRequest",
        message: 'strconv.ParseInt: parsing "many": invalid syntax',
      });
    },
  },
  {
    name: "a list of all namespaces has the objects of this one",
    async run(api) {
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a", {}, { labels: { of: api.namespace } })), 201);
      const all = ok(
        await resourceAt(api, "/api/v1/configmaps").list({ labelSelector: `of=${api.namespace}` }),
      );
      assert.deepEqual(names(all), ["a"]);
      assert.equal(all.items[0].metadata.namespace, api.namespace);
    },
  },
  {
    name: "a list at an exact version is of then; one not older than a version shows its write",
    async run(api) {
      const leases = resource(api, "leases");
      await makeLeases(leases, "a", "b");
      const { metadata: { resourceVersion } } = ok(await leases.list());
      ok(await leases.delete("a"));
      const { metadata: newest } = ok(await leases.create(lease("c")), 201);
      const exact = ok(await leases.list({ resourceVersion, resourceVersionMatch: "Exact" }));
      assert.deepEqual([names(exact), exact.metadata.resourceVersion], [["a", "b"], resourceVersion]);
      const since = { resourceVersion: newest.resourceVersion, resourceVersionMatch: "NotOlderThan" };
      const newer = ok(await leases.list(since));
      assert.deepEqual(names(newer), ["b", "c"]);
    },
  },
  {
    name: "a list of version 0 is whatever there is at hand",
    async run(api) {
      const leases = resource(api, "leases");
      await makeLeases(leases, "a");
      const { metadata: { resourceVersion } } = ok(await leases.list());
      // Answered from a cache, which the list before has brought up to date.
      const any = ok(await leases.list({ resourceVersion: "0" }));
      assert.deepEqual(names(any), ["a"]);
      assert.ok(versionOf(any) >= Number(resourceVersion));
    },
  },
  {
    name: "a list of a version that is not there yet: 504 with a cause",
    async run(api) {
      for (const resourceVersionMatch of ["NotOlderThan", "Exact"]) {
        refused(await resource(api, "leases").list({ resourceVersion: "999999999", resourceVersionMatch }), {
          code: 504,
          reason: "Timeout",
          message: /^Timeout: Too large resource version: 999999999, current: \d+$/,
          details: {
            causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
            retryAfterSeconds: 1,
          },
        });
      }
    },
  },
  {
    name: "a list with a version that is none, or that does not go with its match: 400 and 422",
    async run(api) {
      const leases = resource(api, "leases");
      refused(await leases.list({ resourceVersion: "x" }), {
        code: 400,
        reason: "BadRequest",
        message: /^invalid resource version: resourceVersion: Invalid value: "x": /,
      });
      invalid(await leases.list({ resourceVersionMatch: "Exact" }), [
        "FieldValueForbidden resourceVersionMatch",
      ]);
      const zero = { resourceVersion: "0", resourceVersionMatch: "Exact" };
      invalid(await leases.list(zero), ["FieldValueForbidden resourceVersionMatch"]);
      const other = { resourceVersion: "5", resourceVersionMatch: "Nearly" };
      invalid(await leases.list(other), ["FieldValueNotSupported resourceVersionMatch"]);
    },
  },
];
