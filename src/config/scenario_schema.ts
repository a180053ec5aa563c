import * as z from "zod";
import { NodeClassifier } from "../domain/node_classifier.ts";
import { PRESETS } from "../domain/presets.ts";
import {
  amount,
  DEFAULT_LENGTH,
  deployed,
  dnsLabel,
  duration,
  flag,
  integer,
  labelKey,
  labels,
  list,
  mapping,
  quantity,
  taint,
  workload,
} from "./scenario_values.ts";
import { isTree } from "./tree.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** What a simulation can take in at once; more is a slip of the pen. */
const MOST = { nodes: 10_000, replicas: 100_000, podsOfNode: 10_000, price: 1_000_000, reclaims: 3_600 };

/** On-demand against spot, where a scenario gives one price only: clouds' discounts are 60 % to 90 %. */
export const ON_DEMAND_FACTOR = 3;

const INTERRUPTION_TAINT = { key: "karpenter.sh/disrupted", effect: "NoSchedule" } as const;

const presets = Object.values(PRESETS).map((rules) => new NodeClassifier(rules));

/** Whether the cloud takes such nodes back, as far as a scenario tells. */
export function isReclaimable(group: { reclaimsPerHour: number; labels: Record<string, string> }): boolean {
  return group.reclaimsPerHour > 0 || presets.some((preset) => preset.classify(group.labels) === "spot");
}

function onDemandPriceOf(group: z.output<typeof writtenGroup>): number {
  const { pricePerHour, onDemandPricePerHour } = group;
  if (onDemandPricePerHour !== undefined) return onDemandPricePerHour;
  return isReclaimable(group) ? Number((ON_DEMAND_FACTOR * pricePerHour).toPrecision(12)) : pricePerHour;
}

const writtenGroup = mapping({
  name: dnsLabel.describe("Unique among the groups"),
  labels: labels.default({}).describe("Of each of its nodes; they tell spot from on-demand"),
  taints: list(taint, "taints").default([]).describe("Of each of its nodes"),
  nodes: integer({ most: MOST.nodes }).describe("At the start, and what the group returns to"),
  most: integer({ most: MOST.nodes }).optional()
    .describe("As far as the autoscaler may go; absent: no further than nodes"),
  cpu: quantity(1_000).describe("Of one node, what pods can have of it (allocatable)"),
  memory: quantity().describe("Of one node, what pods can have of it (allocatable)"),
  pods: integer({ least: 1, most: MOST.podsOfNode }).default(110).describe("Most pods of one node"),
  pricePerHour: amount({ most: MOST.price }).describe("Of one node, in the scenario's currency"),
  onDemandPricePerHour: amount({ most: MOST.price }).optional().describe(
    "What such a node costs on-demand, for the comparison; absent: pricePerHour, and for spot groups " +
      `${ON_DEMAND_FACTOR} times pricePerHour, which the report names as an assumption`,
  ),
  reclaimsPerHour: amount({ most: MOST.reclaims }).default(0)
    .describe("Nodes that the cloud takes back: the mean over the whole group; 0: never"),
  reclaimNotice: duration({ most: DAY_MS }).prefault("2m").describe("From the cloud's notice to the end"),
  reclaimTaint: taint.default(INTERRUPTION_TAINT).describe("On a node that has had notice"),
  startup: duration({ most: DAY_MS }).prefault("90s").describe("From asking for a node until it is ready"),
});

const nodeGroup = writtenGroup.transform((group) => {
  const { cpu, memory, reclaimNotice, startup, ...rest } = group;
  return {
    ...rest,
    most: group.most ?? group.nodes,
    cpuMillis: cpu,
    memoryBytes: memory,
    onDemandPricePerHour: onDemandPriceOf(group),
    reclaimNoticeMs: reclaimNotice,
    startupMs: startup,
  };
}).describe("Nodes that are alike");

const replicas = integer({ most: MOST.replicas });
const at = duration();
const every = duration({ least: MINUTE_MS });
const one = workload.describe("KIND NAMESPACE/NAME");

const point = mapping({
  at: at.describe("Since the start, or since the curve began again"),
  replicas: replicas.describe("From then on"),
}).transform(({ at, replicas }) => ({ atMs: at, replicas }));

const curve = mapping({
  workload: one,
  every: every.optional().describe("It begins again each time; absent: it does not"),
  points: list(point, "points").min(1, { error: "has to hold at least one point" })
    .describe("Steps, in order; before the first one, replicas are as in the manifest"),
}).transform(({ every, ...rest }) => ({ ...rest, everyMs: every }))
  .describe("Replicas over time: what a HorizontalPodAutoscaler would do");

const when = {
  at: at.describe("Since the start: the first time"),
  every: every.optional().describe("Again and again, with so much between; absent: once"),
};
const group = dnsLabel.describe("The name of a node group");

const written = [
  mapping({
    do: z.literal("deploy").describe("A new revision is rolled out"),
    ...when,
    workload: deployed.prefault("*")
      .describe("KIND NAMESPACE/NAME; all: of all at once; *: of one each time, one after the other"),
  }),
  mapping({
    do: z.literal("reclaim").describe("The cloud takes nodes back, with the group's notice"),
    ...when,
    group,
    nodes: integer({ least: 1, most: MOST.nodes }).default(1).describe("How many"),
  }),
  mapping({
    do: z.literal("outage").describe("The group gets no new nodes"),
    ...when,
    group,
    for: duration({ least: 1 }).describe("How long"),
    takeNodes: flag.default(false).describe("Whether those that are there are reclaimed as well"),
  }),
  mapping({
    do: z.literal("scale").describe("Replicas are set by hand"),
    ...when,
    workload: one,
    replicas: replicas.describe("From then on, until a curve or another event says otherwise"),
  }),
  mapping({
    do: z.literal("annotate").describe("Annotations of the workload change, such as its policy"),
    ...when,
    workload: one,
    annotations: z.record(
      labelKey,
      z.string({ error: 'has to be a text ("40"), or null' }).nullable(),
      { error: (issue) => issue.code === "invalid_key" ? "is no annotation key" : "has to be a mapping" },
    ).refine((each) => Object.keys(each).length > 0, { error: "has to name at least one annotation" })
      .describe("null removes one"),
  }),
] as const;

const EVENTS = ["deploy", "reclaim", "outage", "scale", "annotate"] as const;

const event = z.discriminatedUnion("do", written, {
  error: ({ input }) => isTree(input) ? `has to be one of: ${EVENTS.join(", ")}` : "has to be a mapping",
}).transform((event) => {
  const { at, every, ...rest } = event;
  const timed = { atMs: at, everyMs: every };
  if (rest.do !== "outage") return { ...rest, ...timed };
  const { for: forMs, ...outage } = rest;
  return { ...outage, forMs, ...timed };
});

/** What two keys say together is judged in `scenario_checks.ts`. */
export const ScenarioSchema = mapping({
  seed: integer({ most: 4_294_967_295 }).default(1).describe("The same seed gives the same run"),
  length: duration({ least: MINUTE_MS, most: 90 * DAY_MS }).prefault(DEFAULT_LENGTH)
    .describe("How long the simulated time is"),
  start: z.iso.datetime({ error: 'has to be a time in UTC such as "2026-01-05T00:00:00Z"' })
    .default("2026-01-05T00:00:00Z").describe("When it begins, in UTC: what disruption windows are about"),
  currency: z.string({ error: "has to be a text such as USD" }).min(1, {
    error: "has to be a text such as USD",
  })
    .max(8, { error: "has to have at most 8 characters" }).default("USD").describe("Of all prices"),
  nodeGroups: list(nodeGroup, "node groups").default([])
    .describe("None: a spot and an on-demand group, sized for the manifests"),
  autoscaler: mapping({
    enabled: flag.default(true).describe("Whether nodes come and go with the pods"),
    delay: duration({ most: DAY_MS }).prefault("30s")
      .describe("How long a pod fits nowhere before a node is asked for"),
    idle: duration({ most: DAY_MS }).prefault("10m")
      .describe("How long a node beyond its group's nodes is empty before it goes"),
  }).transform(({ enabled, delay, idle }) => ({ enabled, delayMs: delay, idleMs: idle })).prefault({})
    .describe("Adds nodes for pods that fit nowhere, and removes empty ones"),
  pods: mapping({
    startup: duration({ most: DAY_MS }).prefault("10s").describe("From having a node to being ready"),
    startupJitter: duration({ most: DAY_MS }).prefault("5s").describe("Up to so much longer, by chance"),
  }).transform((pods) => ({ startupMs: pods.startup, startupJitterMs: pods.startupJitter })).prefault({})
    .describe("How long pods take"),
  curves: list(curve, "curves").default([]).describe("At most one a workload"),
  events: list(event, "events").default([]).describe("What happens when"),
}).transform(({ length, start, ...rest }) => ({ ...rest, lengthMs: length, startMs: Date.parse(start) }));
