import type { Config } from "../../config/schema.ts";
import { type Labels, type LabelSelector, matchesSelector } from "../../domain/label_selector.ts";
import { parsePolicy, type PolicyResult } from "../../domain/policy.ts";

/** What of an object says how it is to be treated. */
export interface Labelled {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
}

export const OUT_OF_SCOPE = "the operator's configuration leaves its namespace out";

/** What the operator makes of a workload; `namespace` is undefined where there is none of that name. */
export type PolicyReader = (workload: Labelled, namespace: Labelled | undefined) => PolicyResult;

/** By the rules of `WorkloadView.policyOf`, also where no operator runs: a test holds the two together. */
export function policyReader({ operator, controllers }: Config): PolicyReader {
  const { namespaceSelector, watchNamespaces } = controllers;
  const selector: LabelSelector | undefined = Object.keys(namespaceSelector).length === 0
    ? undefined
    : namespaceSelector;
  const isInScope = (name: string, labels: Labels | undefined): boolean => {
    if (watchNamespaces.length > 0 && !watchNamespaces.includes(name)) return false;
    if (selector === undefined) return name !== "kube-system" && name !== operator.namespace;
    return labels !== undefined && matchesSelector(labels, selector);
  };
  return (workload, namespace) =>
    isInScope(workload.metadata.namespace ?? "", namespace?.metadata.labels)
      ? parseSources(workload, namespace)
      : { kind: "unmanaged", why: OUT_OF_SCOPE };
}

export function parseSources(workload: Labelled, namespace: Labelled | undefined): PolicyResult {
  return parsePolicy(sourceOf(workload), sourceOf(namespace));
}

function sourceOf(object: Labelled | undefined): { labels: Labels; annotations: Labels } {
  return { labels: object?.metadata.labels ?? {}, annotations: object?.metadata.annotations ?? {} };
}
