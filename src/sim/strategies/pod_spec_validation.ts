import type { Cause } from "../api/failure.ts";
import type { PodSpec, PodToleration } from "../objects.ts";
import { affinityProblems } from "./affinity_validation.ts";
import { duplicate, inRange, oneOf, required, unsupported, wrong } from "./causes.ts";
import { containersProblems } from "./container_validation.ts";
import { labelSelectorProblems } from "./label_selectors.ts";
import { dnsLabel, dnsSubdomain, formed, labelProblems, labelValue, qualifiedName } from "./names.ts";
import type { Volume } from "./pod_template.ts";

/** Specs in which nothing was found wrong. */
const valid = new WeakSet<PodSpec>();

/** `ValidatePodSpec`, for pods and templates. `extraVolumes`: those that claims of a StatefulSet will be. */
export function podSpecProblems(
  path: string,
  spec: PodSpec,
  { extraVolumes = [] }: { extraVolumes?: readonly string[] } = {},
): readonly Cause[] {
  if (valid.has(spec)) return [];
  const problems = [...allProblems(path, spec, extraVolumes)];
  if (problems.length === 0 && extraVolumes.length === 0) valid.add(spec);
  return problems;
}

function* allProblems(path: string, spec: PodSpec, extraVolumes: readonly string[]): Generator<Cause> {
  const { restartPolicy, nodeSelector, nodeName, hostname, subdomain } = spec as PodSpec & Texts;
  const { dnsPolicy, serviceAccountName, priorityClassName } = spec as PodSpec & Texts;
  const volumes = (spec["volumes"] as readonly Volume[] | undefined) ?? [];
  yield* volumeProblems(`${path}.volumes`, volumes);
  yield* containersProblems(path, spec, new Set([...volumes.map(({ name = "" }) => name), ...extraVolumes]));
  yield* oneOf(`${path}.restartPolicy`, { value: restartPolicy, among: ["Always", "OnFailure", "Never"] });
  yield* oneOf(`${path}.dnsPolicy`, { value: dnsPolicy, among: DNS_POLICIES });
  yield* labelProblems(`${path}.nodeSelector`, nodeSelector);
  yield* affinityProblems(`${path}.affinity`, spec.affinity);
  yield* spreadProblems(`${path}.topologySpreadConstraints`, spec.topologySpreadConstraints);
  if (serviceAccountName) {
    yield* formed(`${path}.serviceAccountName`, { text: serviceAccountName, form: dnsSubdomain });
  }
  if (nodeName) yield* formed(`${path}.nodeName`, { text: nodeName, form: dnsSubdomain });
  const deadline = spec["activeDeadlineSeconds"] as number | undefined;
  if (deadline !== undefined) {
    yield* inRange(`${path}.activeDeadlineSeconds`, { value: deadline, least: 1, most: MOST_INT32 });
  }
  if (hostname) yield* formed(`${path}.hostname`, { text: hostname, form: dnsLabel });
  if (subdomain) yield* formed(`${path}.subdomain`, { text: subdomain, form: dnsLabel });
  yield* tolerationProblems(`${path}.tolerations`, spec.tolerations);
  if (priorityClassName) {
    yield* formed(`${path}.priorityClassName`, { text: priorityClassName, form: dnsSubdomain });
  }
}

interface Texts {
  readonly dnsPolicy?: string;
  readonly serviceAccountName?: string;
  readonly priorityClassName?: string;
  readonly hostname?: string;
  readonly subdomain?: string;
}

const MOST_INT32 = 2 ** 31 - 1;
const DNS_POLICIES = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];

function* volumeProblems(path: string, volumes: readonly Volume[]): Generator<Cause> {
  const names = new Set<string>();
  for (const [i, { name = "", configMap, secret, hostPath }] of volumes.entries()) {
    const at = `${path}[${i}]`;
    if (configMap !== undefined && !configMap.name) yield required(`${at}.configMap.name`);
    if (secret !== undefined && !secret.secretName) yield required(`${at}.secret.secretName`);
    if (hostPath !== undefined && !hostPath.path) yield required(`${at}.hostPath.path`);
    if (name === "") yield required(`${at}.name`);
    else if (names.has(name)) yield duplicate(`${at}.name`, name);
    else yield* formed(`${at}.name`, { text: name, form: dnsLabel });
    names.add(name);
  }
}

function* spreadProblems(
  path: string,
  constraints: PodSpec["topologySpreadConstraints"] = [],
): Generator<Cause> {
  for (const [i, { maxSkew, topologyKey, whenUnsatisfiable, labelSelector }] of constraints.entries()) {
    const at = `${path}[${i}]`;
    if (!(maxSkew > 0)) yield wrong(`${at}.maxSkew`, { value: maxSkew ?? 0, why: "must be greater than zero" });
    if (!topologyKey) yield required(`${at}.topologyKey`, "can not be empty");
    else yield* formed(`${at}.topologyKey`, { text: topologyKey, form: qualifiedName });
    if (whenUnsatisfiable !== "DoNotSchedule" && whenUnsatisfiable !== "ScheduleAnyway") {
      yield unsupported(`${at}.whenUnsatisfiable`, {
        value: whenUnsatisfiable ?? "",
        among: ["DoNotSchedule", "ScheduleAnyway"],
      });
    }
    const isRepeated = constraints.slice(i + 1).some((later) =>
      later.topologyKey === topologyKey && later.whenUnsatisfiable === whenUnsatisfiable
    );
    if (isRepeated) {
      yield duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`);
    }
    yield* labelSelectorProblems(`${at}.labelSelector`, labelSelector);
  }
}

export function* tolerationProblems(
  path: string,
  tolerations: readonly PodToleration[] = [],
): Generator<Cause> {
  for (const [i, toleration] of tolerations.entries()) {
    const { key = "", operator = "", value = "", effect = "", tolerationSeconds } = toleration;
    const at = `${path}[${i}]`;
    if (key !== "") yield* formed(`${at}.key`, { text: key, form: qualifiedName });
    if (key === "" && operator !== "Exists") {
      yield wrong(`${at}.operator`, { value: operator, why: MATCHES_ALL });
    }
    if (tolerationSeconds !== undefined && effect !== "NoExecute") {
      yield wrong(`${at}.effect`, {
        value: effect,
        why: "effect must be 'NoExecute' when `tolerationSeconds` is set",
      });
    }
    if (operator === "" || operator === "Equal") {
      yield* formed(`${at}.operator`, { text: value, form: labelValue });
    } else if (operator !== "Exists") {
      yield unsupported(`${at}.operator`, { value: operator, among: ["Equal", "Exists"] });
    } else if (value !== "") {
      yield wrong(`${at}.operator`, { value, why: "value must be empty when `operator` is 'Exists'" });
    }
    if (effect !== "") yield* oneOf(`${at}.effect`, { value: effect, among: TAINT_EFFECTS });
  }
}

export const TAINT_EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
const MATCHES_ALL = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
