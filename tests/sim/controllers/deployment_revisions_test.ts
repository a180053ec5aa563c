import assert from "node:assert/strict";
import {
  asNewest,
  forgettable,
  nextRevision,
  revisionsOf,
} from "../../../src/sim/controllers/deployment_revisions.ts";
import type { Deployment, ReplicaSet } from "../../../src/sim/objects.ts";
import { deployment, replicaSet, stored, template } from "../support/workloads.ts";

const REVISION = "deployment.kubernetes.io/revision";
const HISTORY = "deployment.kubernetes.io/revision-history";

interface Old {
  readonly name: string;
  readonly image?: string;
  readonly replicas?: number;
  readonly status?: ReplicaSet["status"];
  readonly metadata?: object;
}

function old(
  { name, image, replicas = 0, status = { replicas: 0, observedGeneration: 1 }, metadata }: Old,
): ReplicaSet {
  const annotations = /\d/.test(name) ? { [REVISION]: name.slice(1) } : {};
  return {
    ...stored<ReplicaSet>(replicaSet({ replicas, template: template(image) }), {
      name,
      annotations,
      ...metadata,
    }),
    status,
  };
}

const WEB = stored<Deployment>(deployment({ revisionHistoryLimit: 1 }), { name: "web" });

Deno.test("the newest ReplicaSet is the oldest of those with the template that is asked for", () => {
  const later = { metadata: { creationTimestamp: "2026-01-05T13:00:00Z" } };
  const sets = [old({ name: "r3", ...later }), old({ name: "r2", image: "web:2" }), old({ name: "r1" })];
  const { newest, olds } = revisionsOf(WEB, sets);
  assert.equal(newest?.metadata.name, "r1");
  assert.deepEqual(olds.map(({ metadata }) => metadata.name), ["r2", "r3"]);
  assert.equal(nextRevision(olds), 4);
  assert.equal(nextRevision([]), 1);
});

Deno.test("old revisions are forgotten from the lowest, and only when nothing of them is left", () => {
  const gone = (sets: readonly ReplicaSet[]) => forgettable(WEB, sets).map(({ metadata }) => metadata.name);
  assert.deepEqual(gone([old({ name: "r3" }), old({ name: "r10" }), old({ name: "r2" })]), ["r2", "r3"]);
  assert.deepEqual(gone([old({ name: "r3" })]), []);
  const last = old({ name: "r9" });
  const kept: readonly Old[] = [
    { name: "r1", replicas: 1 },
    { name: "r1", status: { replicas: 1, observedGeneration: 1 } },
    { name: "r1", metadata: { generation: 2 } },
    { name: "r1", metadata: { deletionTimestamp: "2026-01-05T12:00:00Z" } },
  ];
  for (const each of kept) assert.deepEqual(gone([old(each), last]), [], JSON.stringify(each));
  assert.deepEqual(gone([old({ name: "r1" }), last]), ["r1"]);
});

Deno.test("a ReplicaSet that is the newest again rises to the next revision, and remembers those that it was", () => {
  const annotations = (newest: ReplicaSet, olds: readonly ReplicaSet[]) =>
    asNewest(WEB, { newest, olds }).metadata.annotations!;
  const olds = [old({ name: "r7", image: "web:2" })];
  assert.deepEqual(annotations(old({ name: "r5" }), olds), { [REVISION]: "8", [HISTORY]: "5" });
  const often = old({ name: "r5", metadata: { annotations: { [REVISION]: "5", [HISTORY]: "1,3" } } });
  assert.deepEqual(annotations(often, olds), { [REVISION]: "8", [HISTORY]: "1,3,5" });
  assert.deepEqual(annotations(old({ name: "r9" }), olds), { [REVISION]: "9" });
  assert.deepEqual(annotations(old({ name: "stray" }), olds), { [REVISION]: "8" });
  const long = old({
    name: "r5",
    metadata: { annotations: { [REVISION]: "5", [HISTORY]: "1111,".repeat(399) + "2222" } },
  });
  const history = annotations(long, olds)[HISTORY]!;
  assert.ok(history.length <= 2_000 && history.endsWith(",2222,5") && history.startsWith("1111,"));
});
