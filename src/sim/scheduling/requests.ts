import type { Container, PodSpec } from "../objects.ts";
import { type Resources, resourcesOf } from "../quantities.ts";

const NONE: Resources = { cpu: 0, memory: 0, pods: 0 };
/** Equal specs of one template share their containers: they are added up once. */
const known = new WeakMap<readonly Container[], Resources>();

/** What a pod asks for: the sum of its containers, or of an init container that alone asks for more. */
export function requestsOf({ containers, initContainers = [] }: PodSpec): Resources {
  let sum = known.get(containers);
  if (sum === undefined) {
    sum = containers.map(requestOf).reduce(plus, { ...NONE, pods: 1 });
    known.set(containers, sum);
  }
  return initContainers.map(requestOf).reduce((most, each) => ({
    cpu: Math.max(most.cpu, each.cpu),
    memory: Math.max(most.memory, each.memory),
    pods: most.pods,
  }), sum);
}

export function plus(a: Resources, b: Resources): Resources {
  return { cpu: a.cpu + b.cpu, memory: a.memory + b.memory, pods: a.pods + b.pods };
}

export function minus(a: Resources, b: Resources): Resources {
  return { cpu: a.cpu - b.cpu, memory: a.memory - b.memory, pods: a.pods - b.pods };
}

function requestOf({ resources }: Container): Resources {
  return resourcesOf({ ...resources?.limits, ...resources?.requests }, NONE);
}
