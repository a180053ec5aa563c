import assert from "node:assert/strict";
import type { Behaviour } from "../api.ts";
import { conflict, invalid, notFound, ok, versionOf } from "../expect.ts";
import { budget, configMap, workload } from "../objects.ts";
import { JSON_PATCH, resource, STRATEGIC_PATCH } from "../resource.ts";

export const CONCURRENCY: readonly Behaviour[] = [
  {
    name: "an update from an older version: 409 Conflict, and the object stays",
    async run(api) {
      const maps = resource(api, "configmaps");
      const made = ok(await maps.create(configMap("a")), 201);
      ok(await maps.put({ ...made, data: { by: "first" } }));
      conflict(await maps.put({ ...made, data: { by: "second" } }), "configmaps", "a");
      assert.deepEqual(ok(await maps.get("a")).data, { by: "first" });
      const deployments = resource(api, "deployments");
      ok(await deployments.create(workload("Deployment", "a")), 201);
      const stale = workload("Deployment", "a", { minReadySeconds: 1 });
      stale.metadata.resourceVersion = "1";
      conflict(await deployments.put(stale), "deployments.apps", "a");
    },
  },
  {
    name: "an update without a version is taken, for ConfigMaps and workloads; not for budgets: 422",
    async run(api) {
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a")), 201);
      ok(await maps.patch("a", { data: { between: "1" } }));
      assert.deepEqual(ok(await maps.put(configMap("a", { last: "1" }))).data, { last: "1" });
      for (const [kind, name] of [["Deployment", "deployments"], ["StatefulSet", "statefulsets"]] as const) {
        ok(await resource(api, name).create(workload(kind, "a")), 201);
        ok(await resource(api, name).put(workload(kind, "a", { minReadySeconds: 2 })));
      }
      const budgets = resource(api, "poddisruptionbudgets");
      ok(await budgets.create(budget("a", { minAvailable: 1 })), 201);
      invalid(await budgets.put(budget("a", { minAvailable: 2 })), [
        "FieldValueInvalid metadata.resourceVersion",
      ]);
      notFound(await budgets.put(budget("b", { minAvailable: 2 })), "poddisruptionbudgets.policy", "b");
    },
  },
  {
    name: "a patch that names an older version: 409 Conflict; the current one: taken",
    async run(api) {
      const maps = resource(api, "configmaps");
      const { metadata: { resourceVersion: old } } = ok(await maps.create(configMap("a")), 201);
      const { metadata: { resourceVersion } } = ok(await maps.patch("a", { data: { n: "1" } }));
      const merge = (version: string) => ({ metadata: { resourceVersion: version }, data: { n: version } });
      conflict(await maps.patch("a", merge(old)), "configmaps", "a");
      conflict(await maps.patch("a", merge(old), { type: STRATEGIC_PATCH }), "configmaps", "a");
      const replace = [{ op: "replace", path: "/metadata/resourceVersion", value: old }];
      conflict(await maps.patch("a", replace, { type: JSON_PATCH }), "configmaps", "a");
      assert.deepEqual(ok(await maps.patch("a", merge(resourceVersion))).data, { n: resourceVersion });
    },
  },
  {
    name: "of two updates from one version at once one wins: 200 and 409",
    async run(api) {
      const maps = resource(api, "configmaps");
      const made = ok(await maps.create(configMap("a")), 201);
      const answers = await Promise.all(["x", "y"].map((by) => maps.put({ ...made, data: { by } })));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
      const winner = answers.find(({ status }) => status === 200)!;
      assert.deepEqual(ok(await maps.get("a")), winner.body);
    },
  },
  {
    name: "patches at once without a version are all taken, one after the other",
    async run(api) {
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a")), 201);
      const keys = ["a", "b", "c", "d"];
      const answers = await Promise.all(keys.map((key) => maps.patch("a", { data: { [key]: key } })));
      assert.equal(new Set(answers.map((answer) => versionOf(ok(answer)))).size, keys.length);
      assert.deepEqual(Object.keys(ok(await maps.get("a")).data).sort(), keys);
    },
  },
];
