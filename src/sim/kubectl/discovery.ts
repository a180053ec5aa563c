import type { Json } from "../json.ts";
import type { ResourceType } from "../resources.ts";

/** What of a resource discovery tells. */
export type DiscoveredResource = Omit<ResourceType, "hasGeneration">;

export interface Document {
  readonly contentType: string;
  readonly body: Json;
}

const JSON_TYPE = "application/json";
/** https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery */
const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** The API server whose behaviour the embedded one has. */
const VERSION = {
  major: "1",
  minor: "36",
  emulationMajor: "1",
  emulationMinor: "36",
  minCompatibilityMajor: "1",
  minCompatibilityMinor: "35",
  gitVersion: "v1.36.3",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "linux/amd64",
};

/** What the API server says of itself at a path; undefined: the path is of something else. */
export function discoveryFor(
  path: string,
  accept: string,
  resources: readonly DiscoveredResource[],
): Document | undefined {
  const [root, group, version, ...rest] = path.split("/").filter((part) => part !== "");
  if (path === "/version") return { contentType: JSON_TYPE, body: VERSION };
  if (root === "api" && version === undefined) {
    const core = resources.filter((resource) => resource.group === "");
    return group === undefined ? rootOf(core, accept) : resourceList(core, group);
  }
  if (root !== "apis" || rest.length > 0) return undefined;
  const named = resources.filter((resource) => resource.group !== "");
  if (group === undefined) return rootOf(named, accept);
  const own = named.filter((resource) => resource.group === group);
  if (version !== undefined) return resourceList(own, version);
  return own.length === 0
    ? undefined
    : { contentType: JSON_TYPE, body: { kind: "APIGroup", apiVersion: "v1", ...groupOf(own) } };
}

/** Of `/api` and `/apis`: in the first of the forms that are asked for which there is. */
function rootOf(resources: readonly DiscoveredResource[], accept: string): Document {
  const asked = accept.split(",").map((type) => type.replaceAll(" ", "").split(";q=")[0]!);
  const isPlain = (type: string) => [JSON_TYPE, "application/*", "*/*", ""].includes(type);
  if (asked.find((type) => type === AGGREGATED || isPlain(type)) === AGGREGATED) {
    const items = groupsIn(resources).map(aggregatedGroup);
    return {
      contentType: AGGREGATED,
      body: { kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", metadata: {}, items },
    };
  }
  const groups = groupsIn(resources);
  const isCore = groups[0]?.[0]?.group === "";
  return {
    contentType: JSON_TYPE,
    body: isCore
      ? { kind: "APIVersions", versions: versionsIn(resources), serverAddressByClientCIDRs: [] }
      : { kind: "APIGroupList", apiVersion: "v1", groups: groups.map(groupOf) },
  };
}

/** One list a group, in the order of the resources. */
function groupsIn(resources: readonly DiscoveredResource[]): DiscoveredResource[][] {
  return [...Map.groupBy(resources, ({ group }) => group).values()];
}

/** The preferred one first. */
function versionsIn(resources: readonly DiscoveredResource[]): string[] {
  return [...new Set(resources.map(({ version }) => version))];
}

function groupOf(resources: readonly DiscoveredResource[]): { [field: string]: Json } {
  const { group } = resources[0]!;
  const versions = versionsIn(resources).map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions, preferredVersion: versions[0]! };
}

function resourceList(resources: readonly DiscoveredResource[], version: string): Document | undefined {
  const own = resources.filter((resource) => resource.version === version);
  if (own.length === 0) return undefined;
  const { group } = own[0]!;
  return {
    contentType: JSON_TYPE,
    body: {
      kind: "APIResourceList",
      // The core group's list is older than this field.
      ...group === "" ? {} : { apiVersion: "v1" },
      groupVersion: group === "" ? version : `${group}/${version}`,
      resources: own.flatMap(listed),
    },
  };
}

function listed(resource: DiscoveredResource): Json[] {
  const { plural, singular, kind, namespaced, verbs } = resource;
  const subresources = resource.subresources.map(({ name, verbs, ...rest }) => ({
    name: `${plural}/${name}`,
    singularName: "",
    namespaced,
    ...rest,
    verbs: [...verbs],
  }));
  return [
    { name: plural, singularName: singular, namespaced, kind, verbs: [...verbs], ...names(resource) },
    ...subresources,
  ];
}

function aggregatedGroup(resources: readonly DiscoveredResource[]): Json {
  const { group } = resources[0]!;
  return {
    metadata: group === "" ? {} : { name: group },
    versions: versionsIn(resources).map((version) => ({
      version,
      resources: resources.filter((resource) => resource.version === version).map(aggregated),
      freshness: "Current",
    })),
  };
}

function aggregated(resource: DiscoveredResource): Json {
  const { plural, singular, kind, namespaced, verbs } = resource;
  const subresources = resource.subresources.map(({ name, kind, group = "", version = "", verbs }) => ({
    subresource: name,
    responseKind: { group, version, kind },
    verbs: [...verbs],
  }));
  return {
    resource: plural,
    responseKind: { group: "", version: "", kind },
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs: [...verbs],
    ...names(resource),
    ...subresources.length === 0 ? {} : { subresources },
  };
}

/** What is left out where there is none of it. */
function names({ shortNames, categories }: DiscoveredResource): { [field: string]: Json } {
  return {
    ...shortNames.length === 0 ? {} : { shortNames: [...shortNames] },
    ...categories.length === 0 ? {} : { categories: [...categories] },
  };
}
