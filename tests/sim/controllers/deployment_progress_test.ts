import assert from "node:assert/strict";
import {
  pauseNoted,
  progressCheckInMs,
  rolloutStatus,
} from "../../../src/sim/controllers/deployment_progress.ts";
import type { DeploymentStatus } from "../../../src/sim/controllers/deployment_status.ts";
import { type Condition, type Deployment, type ReplicaSet, timestamp } from "../../../src/sim/objects.ts";
import { deployment, replicaSet, stored } from "../support/workloads.ts";

const NOW = Date.UTC(2026, 0, 5, 12);

function progressing(reason: string, agoMs = 10_000, status: Condition["status"] = "True"): Condition {
  const at = timestamp(NOW - agoMs);
  return {
    type: "Progressing",
    status,
    reason,
    message: "as before",
    lastUpdateTime: at,
    lastTransitionTime: at,
  };
}

function asked(
  { spec, condition, status }: {
    spec?: Partial<Deployment["spec"]>;
    condition?: Condition;
    status?: DeploymentStatus;
  },
): Deployment {
  const conditions = condition === undefined ? [] : [condition];
  return { ...stored<Deployment>(deployment(spec), { name: "web" }), status: { ...status, conditions } };
}

/** [size, replicas, ready and available] of the old ReplicaSet, and of the new one. */
type Counts = readonly [size: number, replicas: number, ready: number];

function after(before: Deployment, { old, newest }: { old: Counts; newest: Counts }): DeploymentStatus {
  const set = (name: string, [size, replicas, ready]: Counts): ReplicaSet => ({
    ...stored<ReplicaSet>(replicaSet({ replicas: size }), { name }),
    status: { replicas, readyReplicas: ready, availableReplicas: ready, terminatingReplicas: 1 },
  });
  return rolloutStatus(before, { newest: set("new", newest), olds: [set("old", old)], wallMs: NOW });
}

function said({ conditions = [] }: DeploymentStatus): string {
  const { status, reason, message, lastUpdateTime, lastTransitionTime } = conditions.find(({ type }) =>
    type === "Progressing"
  )!;
  const age = (at = "") => `${(NOW - Date.parse(at)) / 1_000}s`;
  return `${status} ${reason} ${age(lastUpdateTime)} ${age(lastTransitionTime)}: ${message}`;
}

const BEFORE: DeploymentStatus = {
  observedGeneration: 1,
  replicas: 4,
  updatedReplicas: 1,
  readyReplicas: 3,
  availableReplicas: 3,
};

const CASES: readonly {
  readonly what: string;
  readonly condition: Condition;
  readonly spec?: Partial<Deployment["spec"]>;
  readonly status?: DeploymentStatus;
  readonly old: Counts;
  readonly newest: Counts;
  readonly says: string;
}[] = [
  {
    what: "each step as progress, with its time",
    condition: progressing("ReplicaSetUpdated"),
    old: [2, 2, 2],
    newest: [2, 2, 2],
    says: 'True ReplicaSetUpdated 0s 10s: ReplicaSet "new" is progressing.',
  },
  {
    what: "nothing new where there is no step",
    condition: progressing("ReplicaSetUpdated"),
    old: [3, 3, 3],
    newest: [1, 1, 0],
    says: "True ReplicaSetUpdated 10s 10s: as before",
  },
  {
    what: "that the deadline has passed",
    condition: progressing("ReplicaSetUpdated", 601_000),
    old: [3, 3, 3],
    newest: [1, 1, 0],
    says: 'False ProgressDeadlineExceeded 0s 0s: ReplicaSet "new" has timed out progressing.',
  },
  {
    what: "nothing new until the deadline has passed",
    condition: progressing("ReplicaSetUpdated", 60_000),
    spec: { progressDeadlineSeconds: 60 },
    old: [3, 3, 3],
    newest: [1, 1, 0],
    says: "True ReplicaSetUpdated 60s 60s: as before",
  },
  {
    what: "only once that it has timed out",
    condition: progressing("ProgressDeadlineExceeded", 5_000, "False"),
    old: [3, 3, 3],
    newest: [1, 1, 0],
    says: "False ProgressDeadlineExceeded 5s 5s: as before",
  },
  {
    what: "progress also after it has timed out",
    condition: progressing("ProgressDeadlineExceeded", 5_000, "False"),
    old: [3, 3, 3],
    newest: [1, 1, 1],
    says: 'True ReplicaSetUpdated 0s 0s: ReplicaSet "new" is progressing.',
  },
  {
    what: "that it is complete",
    condition: progressing("ReplicaSetUpdated"),
    old: [0, 0, 0],
    newest: [3, 3, 3],
    says: 'True NewReplicaSetAvailable 0s 10s: ReplicaSet "new" has successfully progressed.',
  },
  {
    what: "nothing of scaling once it is complete",
    condition: progressing("NewReplicaSetAvailable", 9_000_000),
    spec: { replicas: 5 },
    status: { observedGeneration: 1, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 },
    old: [0, 0, 0],
    newest: [5, 5, 4],
    says: "True NewReplicaSetAvailable 9000s 9000s: as before",
  },
];

for (const { what, condition, spec, status = BEFORE, old, newest, says } of CASES) {
  Deno.test(`a rollout's status says ${what}`, () => {
    assert.equal(said(after(asked({ spec, condition, status }), { old, newest })), says);
  });
}

Deno.test("the status adds up all ReplicaSets, and is silent on pods that end until all have told", () => {
  const { conditions: _, ...counts } = after(asked({ status: BEFORE }), { old: [3, 3, 2], newest: [2, 1, 0] });
  assert.deepEqual(counts, {
    observedGeneration: 1,
    replicas: 4,
    updatedReplicas: 1,
    readyReplicas: 2,
    availableReplicas: 2,
    unavailableReplicas: 3,
    terminatingReplicas: 2,
  });
  const untold = stored<ReplicaSet>(replicaSet(), { name: "new" });
  const status = rolloutStatus(asked({}), { newest: untold, olds: [], wallMs: NOW });
  assert.equal("terminatingReplicas" in status, false);
});

Deno.test("progress is checked a second after its deadline, and not where there is nothing to wait for", () => {
  const inMs = (given: Parameters<typeof asked>[0]) =>
    progressCheckInMs(asked({ status: BEFORE, ...given }), NOW);
  assert.equal(inMs({ condition: progressing("ReplicaSetUpdated", 10_000) }), 591_000);
  assert.equal(
    inMs({ condition: progressing("ReplicaSetUpdated", 10_000), spec: { progressDeadlineSeconds: 5 } }),
    1_000,
  );
  assert.equal(inMs({ condition: progressing("DeploymentResumed", 0, "Unknown") }), 601_000);
  assert.equal(inMs({}), undefined);
  assert.equal(inMs({ condition: progressing("ProgressDeadlineExceeded", 0, "False") }), undefined);
  assert.equal(inMs({ condition: progressing("NewReplicaSetAvailable") }), undefined);
  assert.equal(inMs({ condition: progressing("DeploymentPaused"), spec: { paused: true } }), undefined);
  assert.equal(
    inMs({ condition: progressing("DeploymentPaused"), spec: { paused: true, replicas: 3 } }),
    undefined,
  );
});

Deno.test("a pause and its end are noted, but not over a rollout that has timed out", () => {
  const noted = (paused: boolean, reason: string) => {
    const conditions = pauseNoted(asked({ spec: { paused }, condition: progressing(reason) }), NOW);
    return conditions.map(({ status, reason }) => `${status} ${reason}`);
  };
  assert.deepEqual(noted(true, "ReplicaSetUpdated"), ["Unknown DeploymentPaused"]);
  assert.deepEqual(noted(true, "DeploymentPaused"), ["True DeploymentPaused"]);
  assert.deepEqual(noted(false, "DeploymentPaused"), ["Unknown DeploymentResumed"]);
  assert.deepEqual(noted(false, "ReplicaSetUpdated"), ["True ReplicaSetUpdated"]);
  assert.deepEqual(noted(true, "ProgressDeadlineExceeded"), ["True ProgressDeadlineExceeded"]);
});
