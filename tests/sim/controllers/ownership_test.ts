import assert from "node:assert/strict";
import { Storage } from "../../../src/sim/api/storage.ts";
import { Orphans } from "../../../src/sim/controllers/orphans.ts";
import { claims, controllerReference } from "../../../src/sim/controllers/ownership.ts";
import type { OwnerReference, Pod, ReplicaSet } from "../../../src/sim/objects.ts";
import { PODS } from "../../../src/sim/resources.ts";
import { replicaSet, stored } from "../support/workloads.ts";

const OWNER = stored<ReplicaSet>({ apiVersion: "apps/v1", kind: "ReplicaSet", ...replicaSet() }, {
  name: "web",
});
const MINE = controllerReference(OWNER);
const LABELS = { app: "web" };

function pod(
  name: string,
  { labels = LABELS, owners = [] }: { labels?: object; owners?: OwnerReference[] } = {},
): Pod {
  return stored<Pod>({ spec: { containers: [] } }, {
    name,
    labels,
    ...(owners.length === 0 ? {} : { ownerReferences: owners }),
  });
}

function names(objects: readonly Pod[]): string[] {
  return objects.map(({ metadata }) => metadata.name);
}

function sorted(owner: ReplicaSet, { owned = [], orphans = [] }: { owned?: Pod[]; orphans?: Pod[] }) {
  const { kept, adopted, released } = claims(owner, { owned, orphans });
  return { kept: names(kept), adopted: names(adopted), released: names(released) };
}

Deno.test("claims() keeps what the selector picks, releases what it does not, and adopts orphans that it picks", () => {
  const owned = [
    pod("own", { owners: [MINE] }),
    pod("relabelled", { labels: { app: "other" }, owners: [MINE] }),
    pod("garbage of it only", { owners: [{ ...MINE, controller: false }] }),
  ];
  const orphans = [
    pod("orphan"),
    pod("stranger", { labels: { app: "other" } }),
    { ...pod("ending"), metadata: { ...pod("ending").metadata, deletionTimestamp: "2026-01-05T12:00:00Z" } },
  ];
  assert.deepEqual(sorted(OWNER, { owned, orphans }), {
    kept: ["own"],
    adopted: ["orphan"],
    released: ["relabelled"],
  });
});

Deno.test("claims() changes nothing for an owner that is being deleted", () => {
  const ending = { ...OWNER, metadata: { ...OWNER.metadata, deletionTimestamp: "2026-01-05T12:00:00Z" } };
  const owned = [pod("own", { owners: [MINE] }), pod("relabelled", { labels: {}, owners: [MINE] })];
  assert.deepEqual(sorted(ending, { owned, orphans: [pod("orphan")] }), {
    kept: ["own"],
    adopted: [],
    released: [],
  });
});

Deno.test("Orphans knows at each moment which objects nobody controls, by namespace", () => {
  const storage = new Storage();
  storage.put(PODS, pod("before"));
  storage.put(PODS, pod("owned", { owners: [MINE] }));
  const orphans = new Orphans<Pod>(storage, PODS);
  const news: (string | undefined)[] = [];
  orphans.start();
  storage.onChange((change) => news.push(orphans.see(change)?.metadata.name));
  const known = () => names(orphans.in("default"));
  assert.deepEqual(known(), ["before"]);

  storage.put(PODS, pod("new"));
  storage.put(PODS, { ...pod("new"), status: { phase: "Running" } });
  storage.put(PODS, pod("new", { labels: { app: "relabelled" } }));
  storage.put(PODS, pod("owned"));
  assert.deepEqual(known(), ["before", "new", "owned"]);
  assert.deepEqual(news, ["new", undefined, "new", "owned"]);

  storage.put(PODS, pod("owned", { owners: [MINE] }));
  storage.remove(PODS, storage.get<Pod>(PODS, { namespace: "default", name: "before" })!);
  assert.deepEqual(known(), ["new"]);
  assert.deepEqual(names(orphans.in("elsewhere")), []);
});
