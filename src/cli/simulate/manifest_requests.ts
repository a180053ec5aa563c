import { isObject, type JsonObject, listAt, objectAt, textAt } from "../../domain/json.ts";

/** What a container is taken to need that does not say so: small services' usual size. */
const ASSUMED = { cpu: "100m", memory: "128Mi" } as const;

const RESOURCES = ["cpu", "memory"] as const;
type Resource = (typeof RESOURCES)[number];

/** A container that does not ask for all that it has to. */
export interface Assumed {
  readonly container: string;
  readonly resources: readonly Resource[];
}

export interface Requested {
  readonly workload: JsonObject;
  readonly assumed: readonly Assumed[];
}

/**
 * A workload whose containers all ask for cpu and memory: a limit without a request stands for it, as
 * with the API server (https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/);
 * with neither, `ASSUMED`.
 */
export function withRequests(workload: JsonObject): Requested {
  const spec = objectAt(workload, "spec");
  const template = objectAt(spec, "template");
  const pod = objectAt(template, "spec");
  const assumed: Assumed[] = [];
  const containers = listAt(pod, "containers").map((container) => {
    if (!isObject(container)) return container;
    const resources = objectAt(container, "resources");
    const [requests, limits] = [objectAt(resources, "requests"), objectAt(resources, "limits")];
    const missing = RESOURCES.filter((each) => requests[each] === undefined && limits[each] === undefined);
    if (missing.length > 0) assumed.push({ container: textAt(container, "name") ?? "", resources: missing });
    const own = RESOURCES.map((each) => [each, requests[each] ?? limits[each] ?? ASSUMED[each]]);
    return {
      ...container,
      resources: { ...resources, requests: { ...requests, ...Object.fromEntries(own) } },
    };
  });
  return {
    workload: { ...workload, spec: { ...spec, template: { ...template, spec: { ...pod, containers } } } },
    assumed,
  };
}

/** Named in a sentence; where there are more, they are counted. */
const MOST_NAMED = 20;

/** What was assumed for the containers of many workloads: a sentence for each of the things that they do not say. */
export function describeAssumed(all: readonly (Assumed & { readonly of: string })[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { of, container, resources } of all) {
    const key = resources.join(" or ");
    groups.set(key, [...groups.get(key) ?? [], `${of} (${container})`]);
  }
  return [...groups].map(([key, places]) => {
    const resources = RESOURCES.filter((each) => key.includes(each));
    const values = resources.map((each) => ASSUMED[each]).join(" and ");
    const left = places.length - MOST_NAMED;
    const named = [...places.slice(0, MOST_NAMED), ...left > 0 ? [`${left} more`] : []].join(", ");
    return `Containers that ask for no ${key} are taken to ask for ${values}: ${named}.`;
  });
}
