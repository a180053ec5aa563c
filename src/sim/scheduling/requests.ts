import type { Container, PodSpec } from "../objects.ts";
import { type Resources, resourcesOf } from "../quantities.ts";

const NONE: Resources = { cpu: 0, memory: 0, pods: 0 };
/** Equal specs of one template share their containers: they are added up once. */
const known = new WeakMap<readonly Container[], Resources>();

/**
 * What a pod asks for: the sum of its containers and sidecars, or where that is more, of an init container
 * and the sidecars that were started before it.
 */
export function requestsOf({ containers, initContainers = [] }: PodSpec): Resources {
  let sum = known.get(containers);
  if (sum === undefined) {
    sum = containers.map(requestOf).reduce(plus, { ...NONE, pods: 1 });
    known.set(containers, sum);
  }
  let sidecars: Resources = { ...NONE };
  let start: Resources = { ...NONE };
  for (const each of initContainers) {
    const asked = plus(sidecars, requestOf(each));
    start = most(start, asked);
    if (each.restartPolicy === "Always") sidecars = asked;
  }
  return most(plus(sum, sidecars), start);
}

export function plus(a: Resources, b: Resources): Resources {
  return { cpu: a.cpu + b.cpu, memory: a.memory + b.memory, pods: a.pods + b.pods };
}

function most(a: Resources, b: Resources): Resources {
  return { cpu: Math.max(a.cpu, b.cpu), memory: Math.max(a.memory, b.memory), pods: Math.max(a.pods, b.pods) };
}

export function minus(a: Resources, b: Resources): Resources {
  return { cpu: a.cpu - b.cpu, memory: a.memory - b.memory, pods: a.pods - b.pods };
}

function requestOf({ resources }: Container): Resources {
  return resourcesOf({ ...resources?.limits, ...resources?.requests }, NONE);
}
