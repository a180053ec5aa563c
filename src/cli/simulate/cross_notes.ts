import { classifierOf } from "../../config/classifier.ts";
import type { Scenario } from "../../config/scenario.ts";
import type { Config } from "../../config/schema.ts";
import { CAPACITIES, type Capacity } from "../../domain/capacity.ts";
import { spotTarget } from "../../domain/distribution.ts";
import { describeProblem, type PolicyResult } from "../../domain/policy.ts";
import { requestsOf } from "../../sim/scheduling/requests.ts";
import { objectText } from "./manifest_documents.ts";
import type { ManifestObject } from "./manifests.ts";
import { OUT_OF_SCOPE, parseSources, policyReader } from "./policy_reader.ts";
import type { InputNote } from "./report.ts";
import { isWorkload, labelledOf, mostReplicas, namespaceOf, type Workload } from "./workloads.ts";

export interface CrossOptions {
  readonly scenario: Scenario;
  /** Undefined: the defaults. */
  readonly scenarioFile: string | undefined;
  readonly config: Config;
}

interface Finding {
  readonly path: string;
  readonly why: string;
}

/** What manifests, scenario and configuration say together that nobody can have meant: one note each. */
export function crossNotes(objects: readonly ManifestObject[], options: CrossOptions): InputNote[] {
  const { scenario, config } = options;
  const readPolicy = policyReader(config);
  const notes = groupNotes(options);
  for (const each of objects.filter(isWorkload)) {
    const namespace = namespaceOf(each, objects);
    const policy = readPolicy(labelledOf(each), namespace);
    const wanted = parseSources(labelledOf(each), namespace);
    const replicas = mostReplicas(each, scenario);
    const findings = [
      policyFinding(policy, wanted),
      ...placeFindings(policy, { replicas, missing: missingKinds(options), config }),
      sizeFinding(each, scenario),
    ];
    const { file, document } = each;
    for (const found of findings) {
      if (found !== undefined) notes.push({ file, document, object: objectText(each), ...found });
    }
  }
  return notes;
}

function groupNotes({ scenario, scenarioFile, config }: CrossOptions): InputNote[] {
  if (scenarioFile === undefined) return [];
  const classifier = classifierOf(config);
  return scenario.nodeGroups.flatMap(({ name, labels }, i) => {
    if (classifier.classify(labels) !== "unknown") return [];
    const why =
      `Neither spot nor on-demand by the operator's nodeClassifier (${presetOf(config)}): pods on its nodes ` +
      `count as neither.`;
    return [{
      file: scenarioFile,
      document: 1,
      object: `node group ${name}`,
      path: `nodeGroups[${i}].labels`,
      why,
    }];
  });
}

function presetOf({ controllers }: Config): string {
  return `preset ${controllers.nodeClassifier.preset}`;
}

function missingKinds({ scenario, config }: CrossOptions): Capacity[] {
  const classifier = classifierOf(config);
  const kinds = new Set(scenario.nodeGroups.map(({ labels }) => classifier.classify(labels)));
  return CAPACITIES.filter((capacity) => !kinds.has(capacity));
}

function policyFinding(policy: PolicyResult, wanted: PolicyResult): Finding | undefined {
  if (policy.kind === "invalid") {
    const why = `Left alone, since its policy is invalid: ${policy.problems.map(describeProblem).join("; ")}.`;
    return { path: "metadata", why };
  }
  if (policy.kind !== "unmanaged" || policy.why !== OUT_OF_SCOPE || wanted.kind === "unmanaged") {
    return undefined;
  }
  return { path: "metadata.namespace", why: `Left alone, though it asks to be managed: ${OUT_OF_SCOPE}.` };
}

function placeFindings(
  policy: PolicyResult,
  { replicas, missing, config }: { replicas: number; missing: readonly Capacity[]; config: Config },
): Finding[] {
  if (policy.kind !== "managed") return [];
  const spot = spotTarget(replicas, policy.policy);
  const asked = { "spot": spot, "on-demand": replicas - spot };
  return missing.filter((capacity) => asked[capacity] > 0).map((capacity) => ({
    path: "metadata.annotations",
    why:
      `${asked[capacity]} of ${replicas} pods belong on ${capacity}, but no node group is ${capacity} by the ` +
      `operator's nodeClassifier (${presetOf(config)}).`,
  }));
}

function sizeFinding({ object }: Workload, { nodeGroups }: Scenario): Finding | undefined {
  const { cpu, memory } = requestsOf(object.spec.template.spec);
  const fits = nodeGroups.some((group) => cpu * 1_000 <= group.cpuMillis && memory <= group.memoryBytes);
  if (fits) return undefined;
  return { path: "spec.template.spec", why: "Its pods ask for more than the nodes of any group have." };
}
