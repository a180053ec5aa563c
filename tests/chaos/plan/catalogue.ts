import type { Draft } from "../../../src/sim/api/api_server.ts";
import type { ApiObject, Deployment, StatefulSet } from "../../../src/sim/objects.ts";
import { DEPLOYMENTS, type ResourceType, STATEFUL_SETS } from "../../../src/sim/resources.ts";
import type { Random } from "../../support/random.ts";

/** A workload that the chaos plays with. */
export interface Entry {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
  /** As its owner wrote it. */
  readonly draft: Draft<Deployment> | Draft<StatefulSet>;
}

export interface Catalogue {
  readonly namespaces: readonly Draft<ApiObject>[];
  readonly entries: readonly Entry[];
}

const CAPACITY = "karpenter.sh/capacity-type";

const ON_DEMAND_ONLY = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{
        matchExpressions: [{ key: CAPACITY, operator: "In", values: ["on-demand"] }],
      }],
    },
  },
};

const MANAGED = { "spotalis.io/enabled": "true" };

/** A small shop: every kind of workload and of policy, its sizes by chance. */
export function catalogueOf(random: Random): Catalogue {
  const policy = () => ({
    "spotalis.io/spot-percentage": String(random.pick([20, 30, 50, 60, 70, 80, 100])),
    "spotalis.io/min-on-demand": String(random.pick([0, 0, 1, 1, 2, 3])),
  });
  const size = () => random.integer(2, 9);
  const strategies = [{}, { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }, {
    rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
  }];
  const entries: Entry[] = [
    deployment("shop/web", {
      labels: MANAGED,
      annotations: policy(),
      replicas: size(),
      strategy: random.pick(strategies),
    }),
    deployment("shop/api", {
      labels: MANAGED,
      annotations: policy(),
      replicas: size(),
      strategy: random.pick(strategies),
    }),
    deployment("shop/batch", {
      labels: MANAGED,
      annotations: policy(),
      replicas: size(),
      strategy: { type: "Recreate" },
    }),
    statefulSet("shop/db", {
      labels: MANAGED,
      annotations: policy(),
      replicas: random.integer(1, 5),
      policy: "OrderedReady",
    }),
    statefulSet("pay/queue", {
      labels: MANAGED,
      annotations: policy(),
      replicas: random.integer(1, 5),
      policy: "Parallel",
    }),
    deployment("pay/cards", { replicas: size() }),
    deployment("shop/pinned", {
      labels: MANAGED,
      annotations: policy(),
      replicas: 3,
      affinity: ON_DEMAND_ONLY,
    }),
    deployment("dev/plain", { replicas: 3 }),
    deployment("kube-system/dns", { labels: MANAGED, annotations: policy(), replicas: 4 }),
  ];
  const namespaces = [
    { metadata: { name: "shop" } },
    { metadata: { name: "pay", labels: MANAGED, annotations: policy() } },
    { metadata: { name: "dev", labels: MANAGED } },
  ];
  return { namespaces, entries };
}

interface Wish {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly replicas: number;
  readonly affinity?: object;
}

function deployment(path: string, { strategy = {}, ...wish }: Wish & { strategy?: object }): Entry {
  const { metadata, spec } = common(path, wish);
  return { type: DEPLOYMENTS, ...metadata, draft: { metadata, spec: { ...spec, strategy } } };
}

function statefulSet(path: string, { policy, ...wish }: Wish & { policy: string }): Entry {
  const { metadata, spec } = common(path, wish);
  const own = { serviceName: metadata.name, podManagementPolicy: policy };
  return { type: STATEFUL_SETS, ...metadata, draft: { metadata, spec: { ...spec, ...own } } as never };
}

function common(path: string, { labels = {}, annotations = {}, replicas, affinity }: Wish) {
  const [namespace, name] = path.split("/") as [string, string];
  const app = { app: name };
  const containers = [{
    name: "main",
    image: "registry.example.com/app:1",
    resources: { requests: { cpu: "100m", memory: "128Mi" } },
  }];
  const template = {
    metadata: { labels: app },
    spec: {
      terminationGracePeriodSeconds: 10,
      containers,
      ...affinity === undefined ? {} : { affinity },
    },
  };
  return {
    metadata: { namespace, name, labels, annotations },
    spec: { replicas, selector: { matchLabels: app }, template },
  };
}
