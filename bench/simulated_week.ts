import { stringify } from "yaml";

export interface WeekSize {
  readonly workloads: number;
  readonly podsEach: number;
  readonly nodes: number;
  /** In hours. */
  readonly hours: number;
}

/** The week of issue 5: 200 workloads on 60 nodes, hourly deploys, two scale curves, 5 reclaims an hour. */
export const WEEK: WeekSize = { workloads: 200, podsEach: 5, nodes: 60, hours: 168 };

/** Manifests of such a size: four namespaces, and every kind of policy. */
export function manifestsOf({ workloads, podsEach }: WeekSize): string {
  return Array.from({ length: workloads }, (_, i) => workload(i, podsEach)).flat().map((object) =>
    stringify(object)
  )
    .join("---\n");
}

function workload(i: number, podsEach: number): object[] {
  const name = `app-${i}`;
  const namespace = `team-${i % 4}`;
  const isSet = i % 10 === 9;
  const labels = { app: name };
  const template = {
    metadata: { labels },
    spec: {
      terminationGracePeriodSeconds: 10,
      containers: [{
        name: "main",
        image: "registry.example.com/app:1",
        resources: { requests: { cpu: "100m", memory: "256Mi" } },
      }],
    },
  };
  const metadata = {
    name,
    namespace,
    labels: { "spotalis.io/enabled": "true" },
    annotations: {
      "spotalis.io/spot-percentage": String([50, 60, 70, 80, 100][i % 5]),
      "spotalis.io/min-on-demand": String(i % 3),
    },
  };
  const spec = { replicas: podsEach, selector: { matchLabels: labels }, template };
  const object = {
    apiVersion: "apps/v1",
    kind: isSet ? "StatefulSet" : "Deployment",
    metadata,
    spec: isSet ? { serviceName: name, podManagementPolicy: "Parallel", ...spec } : spec,
  };
  const budget = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace },
    spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
  };
  return i % 2 === 0 ? [object, budget] : [object];
}

/** The scenario file that goes with them; of another size, reclaims and deploys are in proportion. */
export function scenarioOf({ workloads, nodes, hours, podsEach }: WeekSize): string {
  const spot = Math.ceil(nodes * 2 / 3);
  const group = (name: string, count: number) => ({
    name,
    labels: { "karpenter.sh/capacity-type": name },
    nodes: count,
    most: count * 2,
    cpu: "8",
    memory: "32Gi",
    pods: 110,
    pricePerHour: name === "spot" ? 0.12 : 0.38,
    ...(name === "spot" ? { reclaimsPerHour: nodes / 12 } : {}),
  });
  const curve = (workload: string) => ({
    workload,
    every: "24h",
    points: [
      { at: "0h", replicas: podsEach },
      { at: "8h", replicas: podsEach * 3 },
      { at: "20h", replicas: podsEach * 2 },
    ],
  });
  return stringify({
    seed: 7,
    length: `${hours}h`,
    nodeGroups: [group("spot", spot), group("on-demand", nodes - spot)],
    curves: [curve("Deployment team-0/app-0"), curve("Deployment team-1/app-1")],
    events: [{ at: "30m", every: `${60 * WEEK.workloads / workloads}m`, do: "deploy", workload: "*" }],
  });
}
