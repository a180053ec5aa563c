import { classifierOf } from "../../config/classifier.ts";
import type { NodeGroup, Scenario, ScenarioCurve } from "../../config/scenario.ts";
import type { Config } from "../../config/schema.ts";
import { CAPACITIES, type Capacity } from "../../domain/capacity.ts";
import type { LabelRequirement, Labels } from "../../domain/label_selector.ts";
import { requestsOf } from "../../sim/scheduling/requests.ts";
import { objectText } from "./manifest_documents.ts";
import type { Autoscaler } from "./manifest_links.ts";
import type { Manifests } from "./manifests.ts";
import { formatLength } from "./render/format.ts";
import { isWorkload, mostReplicas, type Workload } from "./workloads.ts";

export interface Completed {
  readonly scenario: Scenario;
  readonly assumptions: readonly string[];
}

interface CompletedFrom {
  readonly manifests: Pick<Manifests, "objects" | "autoscalers">;
  readonly config: Config;
  /** Whether the scenario is somebody's, and not the default. */
  readonly hasFile: boolean;
}

/** A node of four cores, as many people rent it (AWS m5.xlarge in us-east-1: 0.192 on-demand). */
const NODE = { cpuMillis: 4_000, memoryBytes: 16 * 2 ** 30, pods: 58 };
const PRICES: Readonly<Record<Capacity, number>> = { "spot": 0.064, "on-demand": 0.192 };
/** By default a spot node is taken back once in two days, and of a small group one every four hours. */
const RECLAIMS = { perNodeHour: 1 / 48, leastPerHour: 1 / 4 };
const HOUR_MS = 3_600_000;

/** Fills in what a scenario leaves open: curves for autoscalers, deploys, and nodes for the manifests. */
export function completed(scenario: Scenario, { manifests, config, hasFile }: CompletedFrom): Completed {
  const scaled = withoutCurve(manifests.autoscalers, scenario);
  const curves = [...scenario.curves, ...scaled.map(curveOf)];
  const events = hasFile ? scenario.events : defaultEvents(scenario);
  const needsNodes = scenario.nodeGroups.length === 0;
  const nodeGroups = needsNodes
    ? defaultGroups(manifests.objects.filter(isWorkload), { scenario: { curves, events }, config })
    : scenario.nodeGroups;
  return {
    scenario: { ...scenario, nodeGroups, curves, events },
    assumptions: [
      ...needsNodes ? [describeGroups(nodeGroups, scenario.currency)] : [],
      ...scaled.map(({ target, min, max }) =>
        `HorizontalPodAutoscaler of ${
          objectText(target)
        }: replicas go from ${min}, 4 hours after the start, to ` +
        `${max}, 16 hours after it, and back, day by day, since the scenario has no curve for it.`
      ),
      ...events.length > 0 && !hasFile
        ? ["Deploys: one workload after the other is rolled out anew, one every two hours."]
        : [],
    ],
  };
}

function describeGroups(groups: readonly NodeGroup[], currency: string): string {
  const [{ cpuMillis, memoryBytes, reclaimsPerHour }] = groups as [NodeGroup];
  const every = formatLength(Math.round(60 / reclaimsPerHour) * 60_000);
  const counts = groups.map(({ nodes, name }) => `${nodes} ${name}`).join(" and ");
  const prices = groups.map(({ pricePerHour, name }) => `${Number(pricePerHour.toFixed(3))} (${name})`).join(
    " and ",
  );
  return `Nodes: ${counts}, each of ${cpuMillis / 1_000} cores and ${
    memoryBytes / 2 ** 30
  } GiB, for ${prices} ` +
    `${currency} an hour; the autoscaler adds more when pods need them; every ${every}, in the mean, a spot node is taken back.`;
}

/** Enough for all pods, half of the nodes of either kind, so that only reclaims and scaling make it interesting. */
function defaultGroups(
  workloads: readonly Workload[],
  { scenario, config }: { scenario: Pick<Scenario, "curves" | "events">; config: Config },
): NodeGroup[] {
  const needed = { cpu: 0, memory: 0, pods: 0 };
  let scale = 1;
  for (const workload of workloads) {
    const { cpu, memory } = requestsOf(workload.object.spec.template.spec);
    const replicas = mostReplicas(workload, scenario);
    needed.cpu += cpu * replicas;
    needed.memory += memory * replicas;
    needed.pods += replicas;
    // A pod that needs more gets nodes of which it takes at most half.
    const share = Math.max(cpu * 1_000 / NODE.cpuMillis, memory / NODE.memoryBytes);
    scale = Math.max(scale, Math.ceil(2 * share));
  }
  const size = { cpuMillis: NODE.cpuMillis * scale, memoryBytes: NODE.memoryBytes * scale, pods: NODE.pods };
  const full = Math.max(
    needed.cpu * 1_000 / size.cpuMillis,
    needed.memory / size.memoryBytes,
    needed.pods / size.pods,
  );
  const nodes = Math.max(2, Math.ceil(1.2 * full / 2));
  return CAPACITIES.map((capacity): NodeGroup => ({
    name: capacity,
    labels: labelsFor(capacity, config),
    taints: [],
    nodes,
    most: 4 * nodes,
    ...size,
    pricePerHour: PRICES[capacity] * scale,
    onDemandPricePerHour: PRICES["on-demand"] * scale,
    reclaimsPerHour: capacity === "spot" ? Math.max(nodes * RECLAIMS.perNodeHour, RECLAIMS.leastPerHour) : 0,
    reclaimNoticeMs: 120_000,
    reclaimTaint: { key: "karpenter.sh/disrupted", effect: "NoSchedule" },
    startupMs: 90_000,
  }));
}

/** Labels of a node that the operator takes for this kind, by its own configuration. */
export function labelsFor(capacity: Capacity, config: Config): Labels {
  const classifier = classifierOf(config);
  const { terms } = classifier.placement(capacity);
  const found = terms.map(labelsThatMeet).find((labels) => classifier.classify(labels) === capacity);
  return found ?? {};
}

function labelsThatMeet(requirements: readonly LabelRequirement[]): Labels {
  return Object.fromEntries(
    requirements.flatMap(({ key, operator, values = [] }) => {
      if (operator === "In") return [[key, values[0]!]];
      return operator === "Exists" ? [[key, "true"]] : [];
    }),
  );
}

function withoutCurve(autoscalers: readonly Autoscaler[], { curves }: Scenario): Autoscaler[] {
  const named = new Set(curves.map(({ workload }) => objectText(workload)));
  return autoscalers.filter(({ target }) => !named.has(objectText(target)));
}

/** A day of 24 steps: least at four in the morning, most twelve hours later. */
function curveOf({ target, min, max }: Autoscaler): ScenarioCurve {
  return {
    workload: target,
    everyMs: 24 * HOUR_MS,
    points: Array.from({ length: 24 }, (_, hour) => ({
      atMs: hour * HOUR_MS,
      replicas: Math.round(min + (max - min) * (0.5 - 0.5 * Math.cos((hour - 4) / 12 * Math.PI))),
    })),
  };
}

function defaultEvents({ lengthMs }: Scenario): Scenario["events"] {
  if (lengthMs <= HOUR_MS) return [];
  return [{ do: "deploy", workload: "*", atMs: HOUR_MS, everyMs: 2 * HOUR_MS }];
}
