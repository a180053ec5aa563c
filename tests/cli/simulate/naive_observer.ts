import type { Started } from "../../../src/cli/simulate/engine.ts";
import type { Deployment, Node, Pod, StatefulSet } from "../../../src/sim/objects.ts";
import { DEPLOYMENTS, NODES, PODS, REPLICA_SETS, STATEFUL_SETS } from "../../../src/sim/resources.ts";

/** Per cent of the replicas, and a floor: read from annotations by other means than those of the program. */
export interface Asked {
  readonly percentage: number;
  readonly floor: number;
}

export interface Counted {
  podsCreated: number;
  /** Over time, in seconds. */
  spot: number;
  onDemand: number;
  pending: number;
  replicas: number;
  belowFloor: number;
  offSplit: number;
  cost: number;
  costOnDemand: number;
  /** Sums of all changes of the values above: how wrong their sums over time can be, in steps. */
  readonly changes: Record<string, number>;
  readonly recoveries: number[];
}

interface Price {
  readonly cpu: number;
  readonly memory: number;
  readonly pods: number;
  readonly price: number;
  readonly onDemand: number;
}

const GIB = 2 ** 30;

/**
 * Looks at everything again and again, and remembers as little as it can: slow, and so simple that it
 * can be believed. All pods ask for 500m and 512Mi, and names tell what belongs to what.
 */
export class NaiveObserver {
  readonly counted = new Map<string, Counted>();
  readonly reclaimed = new Set<string>();
  readonly evicted = new Set<string>();
  readonly podsReclaimed = new Map<string, number>();
  costOfNodes = 0;
  readonly #started: Started;
  readonly #stepMs: number;
  readonly #prices: Readonly<Record<string, Price>>;
  readonly #before = new Map<string, Record<string, number>>();
  readonly #recovering = new Map<string, { sinceMs: number; pods: Set<string> }>();
  readonly #hasStarted = new Set<string>();
  readonly #uids = new Set<string>();

  constructor(
    started: Started,
    { stepMs, prices }: { stepMs: number; prices: Readonly<Record<string, Price>> },
  ) {
    this.#started = started;
    this.#stepMs = stepMs;
    this.#prices = prices;
    started.world.cluster.storage.onChange(({ type, object, event }) => {
      if (type === PODS) this.#seePod(object as Pod);
      if (type === NODES && event === "MODIFIED") this.#seeNode(object as Node);
    });
    for (const pod of started.world.cluster.storage.all<Pod>(PODS)) this.#seePod(pod);
  }

  /** Lets time pass, and looks in the middle of each step. */
  async watch(lengthMs: number): Promise<void> {
    const { clock, startMs } = this.#started;
    for (let at = this.#stepMs / 2; at < lengthMs; at += this.#stepMs) {
      await clock.run(startMs + at);
      this.#look(at);
    }
    await clock.run(startMs + lengthMs);
  }

  #seePod(pod: Pod): void {
    const { uid } = pod.metadata;
    const counted = this.#of(this.#workloadOf(pod));
    if (!this.#uids.has(uid)) counted.podsCreated++;
    this.#uids.add(uid);
    const isTarget = pod.status?.conditions?.some(({ type }) => type === "DisruptionTarget");
    if (isTarget && !this.reclaimed.has(pod.spec.nodeName!)) this.evicted.add(uid);
  }

  #seeNode(node: Node): void {
    const { name } = node.metadata;
    const isLeaving = node.spec?.taints?.some(({ key }) => key === "karpenter.sh/disrupted");
    if (!isLeaving || this.reclaimed.has(name)) return;
    this.reclaimed.add(name);
    const nowMs = this.#started.clock.now() - this.#started.startMs;
    for (const pod of this.#pods()) {
      if (pod.spec.nodeName !== name || pod.metadata.deletionTimestamp !== undefined) continue;
      const workload = this.#workloadOf(pod);
      this.podsReclaimed.set(workload, (this.podsReclaimed.get(workload) ?? 0) + 1);
      const recovering = this.#recovering.get(workload) ?? { sinceMs: nowMs, pods: new Set() };
      recovering.pods.add(pod.metadata.uid);
      this.#recovering.set(workload, recovering);
    }
  }

  #look(nowMs: number): void {
    const { storage } = this.#started.world.cluster;
    const nodes = new Map(
      [...storage.all<Node>(NODES)].map((node) => [node.metadata.name, node.metadata.labels!]),
    );
    for (const { "sim.example/node-group": group } of nodes.values()) {
      this.costOfNodes += this.#prices[group!]!.price * this.#stepMs / 3_600_000;
    }
    const workloads = [...storage.all<Deployment>(DEPLOYMENTS), ...storage.all<StatefulSet>(STATEFUL_SETS)];
    for (const workload of workloads) this.#lookAt(workload, { nodes, nowMs });
  }

  #lookAt(
    { kind, metadata, spec }: Deployment | StatefulSet,
    { nodes, nowMs }: { nodes: ReadonlyMap<string, Readonly<Record<string, string>>>; nowMs: number },
  ): void {
    const key = `${kind} ${metadata.namespace}/${metadata.name}`;
    const replicas = spec.replicas!;
    const pods = this.#pods().filter((pod) => this.#workloadOf(pod) === key);
    const staying = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
    const kindOf = (pod: Pod) => nodes.get(pod.spec.nodeName ?? "")?.["karpenter.sh/capacity-type"];
    const isReady = (pod: Pod) =>
      pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
    const ready = staying.filter(isReady);
    if (ready.length >= replicas) this.#hasStarted.add(key);
    const { percentage, floor } = askedOf(metadata.annotations ?? {});
    const least = Math.min(floor, replicas);
    const values: Record<string, number> = {
      replicas,
      pending: staying.filter((pod) => pod.spec.nodeName === undefined).length,
      spot: staying.filter((pod) => kindOf(pod) === "spot").length,
      onDemand: staying.filter((pod) => kindOf(pod) === "on-demand").length,
      belowFloor: this.#hasStarted.has(key) && ready.filter((pod) => kindOf(pod) === "on-demand").length < least
        ? 1
        : 0,
      offSplit: 0,
      cost: 0,
      costOnDemand: 0,
    };
    let asked = 0;
    for (const owner of new Set(staying.map((pod) => pod.metadata.ownerReferences![0]!.uid))) {
      const placed = staying.filter((pod) =>
        pod.metadata.ownerReferences![0]!.uid === owner && kindOf(pod) !== undefined
      ).length;
      asked += placed <= floor ? 0 : Math.min(Math.floor(placed * percentage / 100), placed - floor);
    }
    values["offSplit"] = metadata.labels?.["spotalis.io/enabled"] === "true" && asked !== values["spot"]
      ? 1
      : 0;
    for (const pod of staying) {
      const group = nodes.get(pod.spec.nodeName ?? "")?.["sim.example/node-group"];
      if (group === undefined) continue;
      const { cpu, memory, pods: room, price, onDemand } = this.#prices[group]!;
      const share = Math.max(0.5 / cpu, 0.5 * GIB / memory, 1 / room);
      values["cost"]! += share * price / 3_600;
      values["costOnDemand"]! += share * onDemand / 3_600;
    }
    this.#add(key, values);
    this.#checkRecovery(key, {
      nowMs,
      isWhole: ready.length >= replicas,
      uids: new Set(pods.map((pod) => pod.metadata.uid)),
    });
  }

  #add(key: string, values: Readonly<Record<string, number>>): void {
    const counted = this.#of(key);
    const before = this.#before.get(key) ?? {};
    for (const [name, value] of Object.entries(values)) {
      (counted as unknown as Record<string, number>)[name]! += value * this.#stepMs / 1_000;
      counted.changes[name] = (counted.changes[name] ?? 0) + Math.abs(value - (before[name] ?? 0));
    }
    this.#before.set(key, { ...values });
  }

  #checkRecovery(
    key: string,
    { nowMs, isWhole, uids }: { nowMs: number; isWhole: boolean; uids: Set<string> },
  ): void {
    const recovering = this.#recovering.get(key);
    if (recovering === undefined || !isWhole || [...recovering.pods].some((uid) => uids.has(uid))) return;
    this.#of(key).recoveries.push(nowMs - recovering.sinceMs);
    this.#recovering.delete(key);
  }

  #pods(): Pod[] {
    return [...this.#started.world.cluster.storage.all<Pod>(PODS)];
  }

  #workloadOf({ metadata }: Pod): string {
    const [owner] = metadata.ownerReferences!;
    if (owner!.kind === "StatefulSet") return `StatefulSet ${metadata.namespace}/${owner!.name}`;
    const set = this.#started.world.cluster.storage.get(REPLICA_SETS, {
      namespace: metadata.namespace,
      name: owner!.name,
    });
    const name = set?.metadata.ownerReferences?.[0]?.name ?? owner!.name.replace(/-[^-]+$/, "");
    return `Deployment ${metadata.namespace}/${name}`;
  }

  #of(key: string): Counted {
    const known = this.counted.get(key) ?? {
      podsCreated: 0,
      spot: 0,
      onDemand: 0,
      pending: 0,
      replicas: 0,
      belowFloor: 0,
      offSplit: 0,
      cost: 0,
      costOnDemand: 0,
      changes: {},
      recoveries: [],
    };
    this.counted.set(key, known);
    return known;
  }
}

function askedOf(annotations: Readonly<Record<string, string>>): Asked {
  return {
    percentage: Number(annotations["spotalis.io/spot-percentage"] ?? 0),
    floor: Number(annotations["spotalis.io/min-on-demand"] ?? 0),
  };
}
