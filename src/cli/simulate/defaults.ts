import { classifierOf } from "../../config/classifier.ts";
import { type NodeGroup, type Scenario, type ScenarioCurve } from "../../config/scenario.ts";
import type { Config } from "../../config/schema.ts";
import { CAPACITIES, type Capacity } from "../../domain/capacity.ts";
import { type JsonObject, listAt, numberAt, objectAt } from "../../domain/json.ts";
import type { LabelRequirement, Labels } from "../../domain/label_selector.ts";
import type { PodSpec } from "../../sim/objects.ts";
import { requestsOf } from "../../sim/scheduling/requests.ts";
import type { Autoscaler } from "./manifest_links.ts";
import type { ManifestObject, Manifests } from "./manifests.ts";

export interface Completed {
  readonly scenario: Scenario;
  readonly assumptions: readonly string[];
}

/** A node of four cores, as many people rent it (AWS m5.xlarge in us-east-1: 0.192 on-demand). */
const NODE = { cpuMillis: 4_000, memoryBytes: 16 * 2 ** 30, pods: 58 };
const PRICES: Readonly<Record<Capacity, number>> = { "spot": 0.064, "on-demand": 0.192 };
/** A node of each group is taken back so often, by default: once in two days. */
const RECLAIMS_PER_NODE_HOUR = 1 / 48;
const HOUR_MS = 3_600_000;

/** Fills in what a scenario leaves open: nodes for the manifests, and curves for their autoscalers. */
export function completed(
  scenario: Scenario,
  { manifests, config, hasFile }: { manifests: Manifests; config: Config; hasFile: boolean },
): Completed {
  const assumptions: string[] = [];
  const nodeGroups = scenario.nodeGroups.length > 0 ? scenario.nodeGroups : defaultGroups(manifests, config);
  if (scenario.nodeGroups.length === 0) {
    assumptions.push(
      `Nodes: ${nodeGroups.map(({ nodes, name }) => `${nodes} ${name}`).join(" and ")}, each of 4 cores and 16 GiB, ` +
        `for ${PRICES.spot} (spot) and ${PRICES["on-demand"]} (on-demand) an hour; the autoscaler adds more when ` +
        `pods need them; a spot node is taken back once in two days.`,
    );
  }
  const curves = [...scenario.curves, ...defaultCurves(manifests.autoscalers, scenario)];
  for (const { target, min, max } of withoutCurve(manifests.autoscalers, scenario)) {
    assumptions.push(
      `HorizontalPodAutoscaler of ${target.kind} ${target.namespace}/${target.name}: replicas follow the day, ` +
        `from ${min} at 4 h to ${max} at 16 h, since the scenario has no curve for it.`,
    );
  }
  const events = hasFile ? scenario.events : defaultEvents(scenario);
  if (!hasFile) assumptions.push("Deploys: one workload after the other is rolled out anew, one every two hours.");
  return { scenario: { ...scenario, nodeGroups, curves, events }, assumptions };
}

/** Enough for all pods on either kind, so that only reclaims and autoscaling make it interesting. */
function defaultGroups({ objects, autoscalers }: Manifests, config: Config): NodeGroup[] {
  const needed = { cpu: 0, memory: 0, pods: 0 };
  let largest = { cpu: 0, memory: 0 };
  for (const each of objects) {
    const spec = podSpecOf(each);
    if (spec === undefined) continue;
    const { cpu, memory } = requestsOf(spec);
    const replicas = mostReplicas(each, autoscalers);
    needed.cpu += cpu * replicas;
    needed.memory += memory * replicas;
    needed.pods += replicas;
    largest = { cpu: Math.max(largest.cpu, cpu), memory: Math.max(largest.memory, memory) };
  }
  // A pod that needs more gets nodes of which it takes at most half.
  const scale = Math.max(1, Math.ceil(2 * largest.cpu * 1_000 / NODE.cpuMillis), Math.ceil(2 * largest.memory / NODE.memoryBytes));
  const size = { cpuMillis: NODE.cpuMillis * scale, memoryBytes: NODE.memoryBytes * scale, pods: NODE.pods };
  const nodes = Math.max(2, Math.ceil(1.2 * Math.max(
    needed.cpu * 1_000 / size.cpuMillis,
    needed.memory / size.memoryBytes,
    needed.pods / size.pods,
  )));
  return CAPACITIES.map((capacity): NodeGroup => ({
    name: capacity,
    labels: labelsFor(capacity, config),
    taints: [],
    nodes: Math.max(2, Math.ceil(nodes / 2)),
    most: 2 * nodes,
    ...size,
    pricePerHour: PRICES[capacity] * scale,
    onDemandPricePerHour: PRICES["on-demand"] * scale,
    reclaimsPerHour: capacity === "spot" ? Math.max(2, Math.ceil(nodes / 2)) * RECLAIMS_PER_NODE_HOUR : 0,
    reclaimNoticeMs: 120_000,
    reclaimTaint: { key: "karpenter.sh/disrupted", effect: "NoSchedule" },
    startupMs: 90_000,
  }));
}

function podSpecOf({ object }: ManifestObject): PodSpec | undefined {
  const spec = objectAt(objectAt(objectAt(object, "spec"), "template"), "spec");
  return listAt(spec, "containers").length === 0 ? undefined : spec as JsonObject as unknown as PodSpec;
}

function mostReplicas({ kind, namespace, name, object }: ManifestObject, autoscalers: readonly Autoscaler[]): number {
  const autoscaler = autoscalers.find(({ target }) =>
    target.kind === kind && target.namespace === namespace && target.name === name
  );
  return Math.max(numberAt(objectAt(object, "spec"), "replicas") ?? 1, autoscaler?.max ?? 0);
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
  return autoscalers.filter(({ target }) =>
    !curves.some(({ workload }) =>
      workload.kind === target.kind && workload.namespace === target.namespace && workload.name === target.name
    )
  );
}

/** A day of 24 steps: least at four in the morning, most twelve hours later. */
function defaultCurves(autoscalers: readonly Autoscaler[], scenario: Scenario): ScenarioCurve[] {
  return withoutCurve(autoscalers, scenario).map(({ target, min, max }) => ({
    workload: target,
    everyMs: 24 * HOUR_MS,
    points: Array.from({ length: 24 }, (_, hour) => ({
      atMs: hour * HOUR_MS,
      replicas: Math.round(min + (max - min) * (0.5 - 0.5 * Math.cos((hour - 4) / 12 * Math.PI))),
    })),
  }));
}

function defaultEvents({ lengthMs }: Scenario): Scenario["events"] {
  if (lengthMs <= HOUR_MS) return [];
  return [{ do: "deploy", workload: "*", atMs: HOUR_MS, everyMs: 2 * HOUR_MS }];
}
