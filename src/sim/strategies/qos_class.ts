import type { Container, PodSpec } from "../objects.ts";
import { compareQuantities } from "./canonical_quantity.ts";

type Resources = NonNullable<Container["resources"]>;
type Quantities = Readonly<Record<string, string | number>>;

const COUNTED = ["cpu", "memory"] as const;

/** `ComputePodQOS`: https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/ */
export function qosClassOf(spec: PodSpec): "Guaranteed" | "Burstable" | "BestEffort" {
  const ofPod = spec["resources"] as Resources | undefined;
  const all = ofPod === undefined
    ? [...spec.containers ?? [], ...spec.initContainers ?? []].map(({ resources = {} }) => resources)
    : [ofPod];
  if (all.every(({ requests, limits }) => isNothing(requests) && isNothing(limits))) return "BestEffort";
  return all.every(isGuaranteed) ? "Guaranteed" : "Burstable";
}

function isNothing(quantities: Quantities = {}): boolean {
  return COUNTED.every((name) => compareQuantities(quantities[name] ?? 0, 0) <= 0);
}

function isGuaranteed({ requests = {}, limits = {} }: Resources): boolean {
  return COUNTED.every((name) => {
    const limit = limits[name] ?? 0;
    return compareQuantities(limit, 0) > 0 && compareQuantities(requests[name] ?? limit, limit) === 0;
  });
}
