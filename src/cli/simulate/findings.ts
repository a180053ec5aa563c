import { classifierOf } from "../../config/classifier.ts";
import { pathText } from "../../config/scenario_problems.ts";
import type { Scenario } from "../../config/scenario.ts";
import type { Config } from "../../config/schema.ts";
import { CAPACITIES, type Capacity } from "../../domain/capacity.ts";
import { spotTarget } from "../../domain/distribution.ts";
import * as keys from "../../domain/keys.ts";
import { type Labels, type LabelSelector, matchesSelector } from "../../domain/label_selector.ts";
import { describeProblem, type PolicyResult } from "../../domain/policy.ts";
import { requestsOf } from "../../sim/scheduling/requests.ts";
import { objectText } from "./manifest_documents.ts";
import type { ManifestObject } from "./manifests.ts";
import { OUT_OF_SCOPE, parseSources, policyReader } from "./policy_reader.ts";
import type { InputNote } from "./report.ts";
import { isWorkload, labelledOf, mostReplicas, namespaceOf, type Workload } from "./workloads.ts";

export interface FindingsInput {
  readonly objects: readonly ManifestObject[];
  readonly scenario: Scenario;
  /** Undefined: the defaults. */
  readonly scenarioFile: string | undefined;
  readonly config: Config;
}

type Finding = Pick<InputNote, "path" | "why">;

/** What manifests, scenario and configuration say together that nobody can have meant: one note each. */
export function findingsOf(input: FindingsInput): InputNote[] {
  const { objects } = input;
  const ofObjects = objects.flatMap((each) => {
    const found = [...keyFindings(each), ...isWorkload(each) ? workloadFindings(each, input) : []];
    const { file, document } = each;
    return found.map((finding) => ({ file, document, object: objectText(each), ...finding }));
  });
  return [...ofObjects, ...groupFindings(input)];
}

function groupFindings({ scenario, scenarioFile, config }: FindingsInput): InputNote[] {
  if (scenarioFile === undefined) return [];
  const classifier = classifierOf(config);
  return scenario.nodeGroups.flatMap(({ name, labels }, i) => {
    if (classifier.classify(labels) !== "unknown") return [];
    const why = `Neither spot nor on-demand by ${classifierText(config)}: pods on its nodes count as neither.`;
    const object = `node group ${name}`;
    return [{ file: scenarioFile, document: 1, object, path: `nodeGroups[${i}].labels`, why }];
  });
}

function classifierText({ controllers }: Config): string {
  return `the operator's nodeClassifier (preset ${controllers.nodeClassifier.preset})`;
}

const PREFIX = keys.ENABLED.slice(0, keys.ENABLED.indexOf("/") + 1);
const ANNOTATIONS: readonly string[] = [
  keys.SPOT_PERCENTAGE,
  keys.MIN_ON_DEMAND,
  keys.DISRUPTION_SCHEDULE,
  keys.DISRUPTION_DURATION,
  keys.SPOT_FALLBACK,
];

/** Keys of the operator's where it does not look for them. */
function keyFindings(manifest: ManifestObject): Finding[] {
  const { metadata } = labelledOf(manifest);
  const own = (all: Labels | undefined) => Object.keys(all ?? {}).filter((key) => key.startsWith(PREFIX));
  const at = (place: readonly string[], why: string) => ({ path: pathText(place), why });
  const template = isWorkload(manifest) ? manifest.object.spec.template.metadata : undefined;
  return [
    ...own(metadata.labels).filter((key) => key !== keys.ENABLED).map((key) =>
      at(
        ["metadata", "labels", key],
        `No label that the operator reads, which is ${keys.ENABLED}: passed over.`,
      )
    ),
    ...own(metadata.annotations).filter((key) => !ANNOTATIONS.includes(key)).map((key) => {
      const why = key === keys.ENABLED
        ? "Passed over: the operator reads it as a label."
        : `No annotation that the operator reads: passed over. Those are ${ANNOTATIONS.join(", ")}.`;
      return at(["metadata", "annotations", key], why);
    }),
    ...(["labels", "annotations"] as const).flatMap((kind) =>
      own(template?.[kind]).map((key) =>
        at(
          ["spec", "template", "metadata", kind, key],
          "Passed over: the operator reads it on the workload itself.",
        )
      )
    ),
  ];
}

function workloadFindings(workload: Workload, input: FindingsInput): Finding[] {
  const { objects, scenario, config } = input;
  const namespace = namespaceOf(workload, objects);
  const policy = policyReader(config)(labelledOf(workload), namespace);
  const wanted = parseSources(labelledOf(workload), namespace);
  return [
    ...policyFindings(workload, { policy, wanted, objects }),
    ...placeFindings(policy, { replicas: mostReplicas(workload, scenario), input }),
    ...budgetFindings(workload, objects),
    ...sizeFindings(workload, scenario),
  ];
}

function policyFindings(
  workload: Workload,
  { policy, wanted, objects }: {
    policy: PolicyResult;
    wanted: PolicyResult;
    objects: readonly ManifestObject[];
  },
): Finding[] {
  if (policy.kind === "invalid") {
    const why = `Left alone, since its policy is invalid: ${policy.problems.map(describeProblem).join("; ")}.`;
    return [{ path: "metadata", why }];
  }
  if (policy.kind === "managed") return [];
  if (policy.why === OUT_OF_SCOPE) {
    const why = `Left alone, though it asks to be managed: ${OUT_OF_SCOPE}.`;
    return wanted.kind === "unmanaged" ? [] : [{ path: "metadata.namespace", why }];
  }
  const { labels = {}, annotations = {} } = labelledOf(workload).metadata;
  const asks = labels[keys.ENABLED] === undefined && ANNOTATIONS.some((key) => Object.hasOwn(annotations, key));
  if (!asks) return [];
  const isKnown = objects.some(({ kind, name }) => kind === "Namespace" && name === workload.namespace);
  const hint = isKnown ? "" : "; if it is on its namespace, give that as well";
  return [{ path: "metadata.labels", why: `Left alone, though it has a policy: ${policy.why}${hint}.` }];
}

function placeFindings(
  policy: PolicyResult,
  { replicas, input: { scenario, config } }: { replicas: number; input: FindingsInput },
): Finding[] {
  if (policy.kind !== "managed") return [];
  const classifier = classifierOf(config);
  const kinds = new Set(scenario.nodeGroups.map(({ labels }) => classifier.classify(labels)));
  const spot = spotTarget(replicas, policy.policy);
  const asked: Readonly<Record<Capacity, number>> = { "spot": spot, "on-demand": replicas - spot };
  return CAPACITIES.filter((capacity) => !kinds.has(capacity) && asked[capacity] > 0).map((capacity) => ({
    path: "metadata.annotations",
    why:
      `${
        asked[capacity]
      } of ${replicas} pods belong on ${capacity} nodes, but no node group is ${capacity} by ` +
      `${classifierText(config)}.`,
  }));
}

function budgetFindings({ namespace, object }: Workload, objects: readonly ManifestObject[]): Finding[] {
  const labels = object.spec.template.metadata?.labels ?? {};
  const guarding = objects.filter((each) => {
    if (each.kind !== "PodDisruptionBudget" || each.namespace !== namespace) return false;
    const { selector } = each.object["spec"] as { readonly selector?: LabelSelector };
    return selector !== undefined && matchesSelector(labels, selector);
  });
  if (guarding.length < 2) return [];
  const names = guarding.map(({ name }) => name).join(" and ");
  return [{
    path: "",
    why: `Two budgets guard its pods (${names}): the API server then lets nothing be evicted.`,
  }];
}

function sizeFindings({ object }: Workload, { nodeGroups }: Scenario): Finding[] {
  const { cpu, memory } = requestsOf(object.spec.template.spec);
  const fits = nodeGroups.some((group) => cpu * 1_000 <= group.cpuMillis && memory <= group.memoryBytes);
  return fits
    ? []
    : [{ path: "spec.template.spec", why: "Its pods ask for more than a node of any group has." }];
}
