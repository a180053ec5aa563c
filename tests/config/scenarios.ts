/** A scenario with every key, each of another value than its default. */
export const WHOLE = `
seed: 42
length: 48h
start: "2026-03-01T12:00:00Z"
currency: EUR
nodeGroups:
  - name: spot
    labels: { karpenter.sh/capacity-type: spot }
    taints: [{ key: x, value: "y", effect: NoSchedule }]
    nodes: 10
    most: 40
    cpu: "7.5"
    memory: 32Gi
    pods: 58
    pricePerHour: 0.12
    onDemandPricePerHour: 0.40
    reclaimsPerHour: 5
    reclaimNotice: 30s
    reclaimTaint: { key: aws-node-termination-handler/spot-itn, effect: NoExecute }
    startup: 45s
  - { name: steady, nodes: 3, cpu: 4, memory: 16G, pricePerHour: 0.2 }
autoscaler: { enabled: false, delay: 1m, idle: 0s }
pods: { startup: 20s, startupJitter: 0s }
curves:
  - workload: Deployment shop/web
    every: 24h
    points: [{ at: 0h, replicas: 4 }, { at: 8h, replicas: 20 }]
events:
  - { at: 1h, every: 1h, do: deploy }
  - { at: 1h, do: deploy, workload: all }
  - { at: 1h, do: deploy, workload: StatefulSet shop/db }
  - { at: 2h, do: reclaim, group: spot, nodes: 3 }
  - { at: 3h, do: outage, group: spot, for: 45m }
  - { at: 4h, do: scale, workload: Deployment shop/web, replicas: 30 }
  - { at: 5h, do: annotate, workload: Deployment shop/web, annotations: { a.b/c: "40", d: null } }
`;
