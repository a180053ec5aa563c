import type { LabelSelector } from "../../domain/label_selector.ts";
import type { Cause } from "../api/failure.ts";
import type { NodeRequirement, PodSpec, SelectorTerm } from "../objects.ts";
import { forbidden, required, wrong } from "./causes.ts";
import { labelSelectorProblems } from "./label_selectors.ts";
import { dnsSubdomain, formed, qualifiedName } from "./names.ts";

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

interface PodTerm {
  readonly labelSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly topologyKey?: string;
}

interface PodAffinity {
  readonly [REQUIRED]?: readonly PodTerm[];
  readonly [PREFERRED]?: readonly { readonly weight?: number; readonly podAffinityTerm?: PodTerm }[];
}

type Affinity = NonNullable<PodSpec["affinity"]> & {
  readonly podAffinity?: PodAffinity;
  readonly podAntiAffinity?: PodAffinity;
};

/** `validateAffinity`. */
export function* affinityProblems(path: string, affinity: Affinity = {}): Generator<Cause> {
  const { nodeAffinity = {}, podAffinity, podAntiAffinity } = affinity;
  const terms = nodeAffinity[REQUIRED];
  if (terms !== undefined) {
    yield* nodeSelectorProblems(`${path}.nodeAffinity.${REQUIRED}.nodeSelectorTerms`, terms.nodeSelectorTerms);
  }
  for (const [i, { weight, preference }] of (nodeAffinity[PREFERRED] ?? []).entries()) {
    const at = `${path}.nodeAffinity.${PREFERRED}[${i}]`;
    yield* weightProblems(at, weight);
    yield* nodeTermProblems(`${at}.preference`, preference ?? {});
  }
  yield* podAffinityProblems(`${path}.podAffinity`, podAffinity);
  yield* podAffinityProblems(`${path}.podAntiAffinity`, podAntiAffinity);
}

function* nodeSelectorProblems(path: string, terms: readonly SelectorTerm[] = []): Generator<Cause> {
  if (terms.length === 0) yield required(path, "must have at least one node selector term");
  for (const [i, term] of terms.entries()) yield* nodeTermProblems(`${path}[${i}]`, term);
}

function* nodeTermProblems(
  path: string,
  { matchExpressions = [], matchFields = [] }: SelectorTerm,
): Generator<Cause> {
  for (const [i, each] of matchExpressions.entries()) {
    yield* labelRequirement(`${path}.matchExpressions[${i}]`, each);
  }
  for (const [i, each] of matchFields.entries()) yield* fieldRequirement(`${path}.matchFields[${i}]`, each);
}

function* labelRequirement(
  at: string,
  { key = "", operator = "", values = [] }: NodeRequirement,
): Generator<Cause> {
  switch (operator) {
    case "In":
    case "NotIn":
      if (values.length === 0) {
        yield required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
      }
      break;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0) {
        yield forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      }
      break;
    case "Gt":
    case "Lt":
      if (values.length !== 1) {
        yield required(`${at}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'");
      }
      break;
    default:
      yield wrong(`${at}.operator`, { value: operator, why: "not a valid selector operator" });
  }
  yield* formed(`${at}.key`, { text: key, form: qualifiedName });
}

function* fieldRequirement(at: string, { key, operator, values = [] }: NodeRequirement): Generator<Cause> {
  if (operator !== "In" && operator !== "NotIn") {
    yield wrong(`${at}.operator`, { value: operator ?? "", why: "not a valid selector operator" });
  } else if (values.length !== 1) {
    yield required(
      `${at}.values`,
      "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
    );
  }
  if (key !== "metadata.name") {
    yield wrong(`${at}.key`, { value: key ?? "", why: "not a valid field selector key" });
  } else {
    for (const [i, text] of values.entries()) yield* formed(`${at}.values[${i}]`, { text, form: dnsSubdomain });
  }
}

function* podAffinityProblems(path: string, affinity: PodAffinity = {}): Generator<Cause> {
  for (const [i, term] of (affinity[REQUIRED] ?? []).entries()) {
    yield* podTermProblems(`${path}.${REQUIRED}[${i}]`, term);
  }
  for (const [i, { weight, podAffinityTerm = {} }] of (affinity[PREFERRED] ?? []).entries()) {
    const at = `${path}.${PREFERRED}[${i}]`;
    yield* weightProblems(at, weight);
    yield* podTermProblems(`${at}.podAffinityTerm`, podAffinityTerm);
  }
}

function* podTermProblems(at: string, term: PodTerm): Generator<Cause> {
  const { labelSelector, namespaceSelector, topologyKey = "" } = term;
  yield* labelSelectorProblems(`${at}.labelSelector`, labelSelector);
  yield* labelSelectorProblems(`${at}.namespaceSelector`, namespaceSelector);
  if (topologyKey === "") yield required(`${at}.topologyKey`, "can not be empty");
  yield* formed(`${at}.topologyKey`, { text: topologyKey, form: qualifiedName });
}

function* weightProblems(at: string, weight = 0): Generator<Cause> {
  if (weight >= 1 && weight <= 100) return;
  yield wrong(`${at}.weight`, { value: weight, why: "must be in the range 1-100" });
}
