import type { DiscoveredResource } from "../../../src/sim/kubectl/discovery.ts";

const READ = ["get", "list"];

function resource(
  parts: Partial<DiscoveredResource> & Pick<DiscoveredResource, "plural" | "kind">,
): DiscoveredResource {
  return {
    group: "",
    version: "v1",
    singular: parts.kind.toLowerCase(),
    namespaced: true,
    shortNames: [],
    categories: [],
    verbs: READ,
    subresources: [],
    ...parts,
  };
}

export const PODS = resource({
  plural: "pods",
  kind: "Pod",
  shortNames: ["po"],
  categories: ["all"],
  subresources: [
    { name: "eviction", kind: "Eviction", group: "policy", version: "v1", verbs: ["create"] },
    { name: "status", kind: "Pod", verbs: ["get"] },
  ],
});

export const NODES = resource({ plural: "nodes", kind: "Node", namespaced: false });
export const DEPLOYMENTS = resource({ group: "apps", plural: "deployments", kind: "Deployment" });

const scaler = { group: "autoscaling", plural: "horizontalpodautoscalers", kind: "HorizontalPodAutoscaler" };

export const TABLE = [
  PODS,
  NODES,
  DEPLOYMENTS,
  resource({ ...scaler, version: "v2" }),
  resource({ ...scaler, version: "v1" }),
];
