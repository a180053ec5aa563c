import type { Api, Behaviour, Json } from "../api.ts";
import { invalid, ok, refused } from "../expect.ts";
import { budget, configMap, pod, workload } from "../objects.ts";
import { resource, type ResourceName } from "../resource.ts";

interface Case {
  readonly title: string;
  readonly resource: ResourceName;
  readonly object: Json;
  /** Reason and field of each cause. */
  readonly causes: readonly string[];
}

const INVALID: readonly Case[] = [
  {
    title: "no name",
    resource: "configmaps",
    object: { metadata: {} },
    causes: ["FieldValueRequired metadata.name"],
  },
  {
    title: "a name with capitals",
    resource: "configmaps",
    object: configMap("Name_"),
    causes: ["FieldValueInvalid metadata.name"],
  },
  {
    title: "a label that is no label",
    resource: "configmaps",
    object: configMap("a", {}, { labels: { "a b": "c d" } }),
    causes: ["FieldValueInvalid metadata.labels"],
  },
  {
    title: "a finalizer without a domain",
    resource: "configmaps",
    object: configMap("a", {}, { finalizers: ["plain"] }),
    causes: ["FieldValueInvalid metadata.finalizers[0]"],
  },
  {
    title: "fewer than no replicas",
    resource: "deployments",
    object: workload("Deployment", "a", { replicas: -1 }),
    causes: ["FieldValueInvalid spec.replicas"],
  },
  {
    title: "a selector that does not match the template",
    resource: "deployments",
    object: workload("Deployment", "a", { selector: { matchLabels: { app: "other" } } }),
    causes: ["FieldValueInvalid spec.template.metadata.labels"],
  },
  {
    title: "an empty spec, with every cause",
    resource: "deployments",
    object: { metadata: { name: "a" }, spec: {} },
    causes: [
      "FieldValueRequired spec.selector",
      "FieldValueInvalid spec.template.metadata.labels",
      "FieldValueRequired spec.template.spec.containers",
    ],
  },
  {
    title: "a Recreate strategy with the settings of another",
    resource: "deployments",
    object: workload("Deployment", "a", { strategy: { type: "Recreate", rollingUpdate: { maxSurge: 1 } } }),
    causes: ["FieldValueForbidden spec.strategy.rollingUpdate"],
  },
  {
    title: "a pod without containers",
    resource: "pods",
    object: pod("a", { spec: { containers: [] } }),
    causes: ["FieldValueRequired spec.containers"],
  },
  {
    title: "two containers of one name",
    resource: "pods",
    object: pod("a", { spec: { containers: [{ name: "a", image: "a" }, { name: "a", image: "b" }] } }),
    causes: ["FieldValueDuplicate spec.containers[1].name"],
  },
  {
    title: "a budget with both bounds",
    resource: "poddisruptionbudgets",
    object: budget("a", { selector: {}, minAvailable: 1, maxUnavailable: 1 }),
    causes: ["FieldValueInvalid spec"],
  },
];

async function refuseAll(api: Api): Promise<void> {
  for (const { title, resource: name, object, causes } of INVALID) {
    try {
      invalid(await resource(api, name).create(object), causes);
    } catch (error) {
      throw new Error(title, { cause: error });
    }
  }
}

export const VALIDATION: readonly Behaviour[] = [
  { name: "an invalid object: 422, with reason and field of each cause", run: refuseAll },
  {
    name: "the Status of an invalid object names kind, group and object, and repeats the causes",
    async run(api) {
      const message = "must be greater than or equal to 0";
      refused(await resource(api, "deployments").create(workload("Deployment", "a", { replicas: -1 })), {
        code: 422,
        reason: "Invalid",
        message: `Deployment.apps "a" is invalid: spec.replicas: Invalid value: -1: ${message}`,
        details: {
          name: "a",
          group: "apps",
          kind: "Deployment",
          causes: [{
            reason: "FieldValueInvalid",
            message: `Invalid value: -1: ${message}`,
            field: "spec.replicas",
          }],
        },
      });
      refused(await resource(api, "configmaps").create({ metadata: {} }), {
        code: 422,
        reason: "Invalid",
        message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
        details: {
          kind: "ConfigMap",
          causes: [{
            reason: "FieldValueRequired",
            message: "Required value: name or generateName is required",
            field: "metadata.name",
          }],
        },
      });
    },
  },
  {
    name: "the selector of a workload cannot be changed: 422",
    async run(api) {
      const labels = { app: "a", tier: "b" };
      const template = { metadata: { labels }, spec: pod("a").spec };
      for (const [kind, name] of [["Deployment", "deployments"], ["ReplicaSet", "replicasets"]] as const) {
        const workloads = resource(api, name);
        ok(await workloads.create(workload(kind, "a", { template })), 201);
        invalid(await workloads.patch("a", { spec: { selector: { matchLabels: { tier: "b" } } } }), [
          "FieldValueInvalid spec.selector",
        ]);
      }
      const sets = resource(api, "statefulsets");
      ok(await sets.create(workload("StatefulSet", "a", { template })), 201);
      invalid(await sets.patch("a", { spec: { serviceName: "other" } }), ["FieldValueForbidden spec"]);
    },
  },
  {
    name: "of a pod's spec an image can be changed, and little else: 422",
    async run(api) {
      const pods = resource(api, "pods");
      ok(await pods.create(pod("a")), 201);
      const [container] = pod("a").spec.containers;
      const image = { spec: { containers: [{ ...container, image: "example.io/none:2" }] } };
      const changed = ok(await pods.patch("a", image));
      if (changed.spec.containers[0].image !== "example.io/none:2") throw new Error("the image is as before");
      for (const spec of [{ nodeName: "elsewhere" }, { priority: 7 }, { terminationGracePeriodSeconds: 5 }]) {
        invalid(await pods.patch("a", { spec }), ["FieldValueForbidden spec"]);
      }
    },
  },
];
