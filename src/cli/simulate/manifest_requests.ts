import { isObject, type JsonObject, listAt, objectAt, textAt } from "../../domain/json.ts";

/** What a container is taken to need that does not say so: small services' usual size. */
export const ASSUMED = { cpu: "100m", memory: "128Mi" } as const;

const RESOURCES = ["cpu", "memory"] as const;
type Resource = (typeof RESOURCES)[number];

export interface Requested {
  readonly workload: JsonObject;
  /** By container, what was assumed for it; containers that ask for both are not in here. */
  readonly assumed: readonly { readonly container: string; readonly resources: readonly Resource[] }[];
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
  const assumed: { container: string; resources: Resource[] }[] = [];
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
