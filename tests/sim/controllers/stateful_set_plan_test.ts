import assert from "node:assert/strict";
import { type Plan, planStatefulSet } from "../../../src/sim/controllers/stateful_set_plan.ts";
import { type Pod, type StatefulSet, timestamp } from "../../../src/sim/objects.ts";
import { readyStatus, statefulSet, stored } from "../support/workloads.ts";

const NOW = Date.UTC(2026, 0, 5, 12);

/** `well` is running and ready for a minute, `just` for a second. */
type State = "well" | "just" | "pending" | "failed" | "ending";

function pod(ordinal: number, { state, revision }: { state: State; revision: string }): Pod {
  const status = state === "pending"
    ? { phase: "Pending" }
    : state === "failed"
    ? { phase: "Failed" }
    : readyStatus(NOW - (state === "just" ? 1_000 : 60_000));
  return {
    ...stored<Pod>({ spec: { containers: [] } }, {
      name: `web-${ordinal}`,
      labels: { "controller-revision-hash": revision },
      ...(state === "ending" ? { deletionTimestamp: timestamp(NOW) } : {}),
    }),
    status,
  };
}

/** `0 1:pending 2:old` are three pods: without a word, they are well and of the new revision. */
function pods(text: string): Pod[] {
  return text.split(" ").filter((each) => each !== "").map((each) => {
    const [ordinal, ...words] = each.split(":");
    const revision = words.includes("old") ? "old" : "new";
    return pod(Number(ordinal), { state: (words.find((word) => word !== "old") ?? "well") as State, revision });
  });
}

function told({ create, remove }: Plan): string {
  return [
    ...create.map(({ ordinal, revision }) => `+${ordinal}${revision === "old" ? ":old" : ""}`),
    ...remove.map(({ metadata }) => `-${metadata.name.slice("web-".length)}`),
  ].join(" ");
}

interface Case {
  readonly what: string;
  readonly spec?: Partial<StatefulSet["spec"]>;
  readonly pods: string;
  readonly plan: string;
}

const PARALLEL = { podManagementPolicy: "Parallel" } as const;
const ON_DELETE = { updateStrategy: { type: "OnDelete" } } as const;
const rolling = (rollingUpdate: { partition?: number; maxUnavailable?: number | string }) => ({
  updateStrategy: { type: "RollingUpdate" as const, rollingUpdate },
});

/** Three replicas, unless something else is said. */
const CASES: readonly Case[] = [
  { what: "the first pod first", pods: "", plan: "+0" },
  { what: "the next pod when the one before is well", pods: "0", plan: "+1" },
  { what: "no pod while one before is not ready", pods: "0:pending", plan: "" },
  { what: "no pod while one before is ending", pods: "0:ending", plan: "" },
  { what: "no pod before the one before is available", spec: { minReadySeconds: 5 }, pods: "0:just", plan: "" },
  { what: "a pod that is missing between others", pods: "0 2", plan: "+1" },
  { what: "all pods at once, in parallel", spec: PARALLEL, pods: "1:pending", plan: "+0 +2" },
  {
    what: "pods from the first ordinal on",
    spec: { ...PARALLEL, ordinals: { start: 5 } },
    pods: "",
    plan: "+5 +6 +7",
  },
  { what: "the end of a pod that has failed", pods: "0 1:failed 2", plan: "-1" },
  {
    what: "the end of pods that have failed, in parallel",
    spec: PARALLEL,
    pods: "0:failed 1 2:failed",
    plan: "-0 -2",
  },
  { what: "nothing where all is well", pods: "0 1 2", plan: "" },

  { what: "the end of the highest of surplus pods", pods: "0 1 2 3 4", plan: "-4" },
  { what: "no end of a surplus pod while another is ending", pods: "0 1 2 3 4:ending", plan: "" },
  { what: "no end of a surplus pod while a replica is not ready", pods: "0 1:pending 2 3", plan: "" },
  { what: "no end of a surplus pod while one below is not ready", pods: "0 1 2 3:pending 4:pending", plan: "" },
  { what: "the end of a surplus pod that alone is not ready", pods: "0 1 2 3 4:pending", plan: "-4" },
  {
    what: "the end of all surplus pods, in parallel",
    spec: PARALLEL,
    pods: "0 1:pending 2 3:pending 4 5:ending",
    plan: "-4 -3",
  },
  {
    what: "the end of pods below the first ordinal",
    spec: { ordinals: { start: 2 } },
    pods: "0 1 2 3 4",
    plan: "-1",
  },

  { what: "an update of the highest pod first", pods: "0:old 1:old 2:old", plan: "-2" },
  { what: "an update of the next when the one before is well", pods: "0:old 1:old 2", plan: "-1" },
  { what: "no update while one is not ready", pods: "0:old 1:old 2:pending", plan: "" },
  {
    what: "no update while one is not available",
    spec: { minReadySeconds: 5 },
    pods: "0:old 1:old 2:just",
    plan: "",
  },
  {
    what: "an update of one at a time also in parallel",
    spec: PARALLEL,
    pods: "0:old 1:old 2:old",
    plan: "-2",
  },
  {
    what: "an update of an old pod that is not ready, in parallel",
    spec: PARALLEL,
    pods: "0:old 1:old 2:old:pending",
    plan: "-2",
  },
  { what: "a missing pod before an update", spec: PARALLEL, pods: "0:old 1:old", plan: "+2" },
  { what: "scaling before an update", pods: "0:old 1:old 2:old 3:old", plan: "-3" },
  {
    what: "an update down to the partition",
    spec: rolling({ partition: 2 }),
    pods: "0:old 1:old 2:old",
    plan: "-2",
  },
  { what: "no update below the partition", spec: rolling({ partition: 2 }), pods: "0:old 1:old 2", plan: "" },
  {
    what: "no update with a partition above all",
    spec: rolling({ partition: 9 }),
    pods: "0:old 1:old 2:old",
    plan: "",
  },
  { what: "an old pod below the partition", spec: rolling({ partition: 2 }), pods: "0:old 2", plan: "+1:old" },
  { what: "a new pod from the partition on", spec: rolling({ partition: 2 }), pods: "0:old 1:old", plan: "+2" },
  {
    what: "a partition that counts from the first ordinal",
    spec: { ...rolling({ partition: 2 }), ...PARALLEL, ordinals: { start: 5 } },
    pods: "",
    plan: "+5:old +6:old +7",
  },
  { what: "no update on its own", spec: ON_DELETE, pods: "0:old 1:old 2:old", plan: "" },
  {
    what: "a new pod for one that was deleted",
    spec: { ...ON_DELETE, ...PARALLEL },
    pods: "0:old 2:old",
    plan: "+1",
  },

  {
    what: "as many updates as may be unavailable",
    spec: { ...PARALLEL, ...rolling({ maxUnavailable: 2 }) },
    pods: "0:old 1:old 2:old",
    plan: "-2 -1",
  },
  {
    what: "at least one update",
    spec: { ...PARALLEL, ...rolling({ maxUnavailable: "10%" }) },
    pods: "0:old 1:old 2:old",
    plan: "-2",
  },
  {
    what: "fewer updates where pods are unavailable",
    spec: { ...PARALLEL, ...rolling({ maxUnavailable: 2 }) },
    pods: "0:old 1:old 2:pending",
    plan: "-1",
  },
  {
    what: "updates of what is unavailable before all others",
    spec: { ...PARALLEL, ...rolling({ maxUnavailable: 2 }) },
    pods: "0:old:pending 1:old 2:old",
    plan: "-0 -2",
  },
  {
    what: "one update at a time in order",
    spec: rolling({ maxUnavailable: 2 }),
    pods: "0:old 1:old 2:old",
    plan: "-2",
  },
];

for (const { what, spec, pods: text, plan } of CASES) {
  Deno.test(`a StatefulSet plans ${what}`, () => {
    const set = stored<StatefulSet>(statefulSet(spec), { name: "web" });
    const known = { pods: pods(text), currentRevision: "old", updateRevision: "new", wallMs: NOW };
    assert.equal(told(planStatefulSet(set, known)), plan);
  });
}
