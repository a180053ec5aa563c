import assert from "node:assert/strict";
import { VirtualClock } from "../../../src/runtime/virtual_clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { ApiServer } from "../../../src/sim/api/api_server.ts";
import { bind } from "../../../src/sim/api/binding.ts";
import { Storage } from "../../../src/sim/api/storage.ts";
import { conditionOf, type Node, type Pod, type PodSpec, type Taint } from "../../../src/sim/objects.ts";
import { NAMESPACES, NODES, PODS } from "../../../src/sim/resources.ts";
import { Scheduler } from "../../../src/sim/scheduling/scheduler.ts";
import { STRATEGIES } from "../../../src/sim/strategies/strategies.ts";

const OWNER = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "rs", uid: "rs-uid", controller: true };

/** A scheduler alone: nobody runs what it binds. */
async function withScheduler(act: (bench: Bench) => Promise<void>): Promise<void> {
  const clock = new VirtualClock({ wallMs: Date.UTC(2026, 0, 5) });
  const api = new ApiServer({
    clock,
    random: seededRandom(1, "names"),
    storage: new Storage(),
    strategies: STRATEGIES,
    admit: ({ object }) => object,
  });
  const scheduler = new Scheduler({ api, clock, random: seededRandom(1), record: () => {} });
  await api.create(NAMESPACES, { metadata: { name: "default" } });
  const stop = new AbortController();
  const running = scheduler.run(stop.signal);
  await act(new Bench(api, { clock, scheduler }));
  stop.abort();
  await clock.complete(running);
}

class Bench {
  readonly api: ApiServer;
  readonly scheduler: Scheduler;
  readonly #clock: VirtualClock;

  constructor(api: ApiServer, { clock, scheduler }: { clock: VirtualClock; scheduler: Scheduler }) {
    this.api = api;
    this.scheduler = scheduler;
    this.#clock = clock;
  }

  async node(
    name: string,
    { labels = {}, taints = [], cpu = "4" }: {
      labels?: Record<string, string>;
      taints?: Taint[];
      cpu?: string;
    } = {},
  ) {
    await this.api.create<Node>(NODES, {
      metadata: { name, labels: { "kubernetes.io/hostname": name, ...labels } },
      spec: { taints },
      status: { allocatable: { cpu, memory: "8Gi", pods: "110" } },
    });
  }

  async pods(count: number, spec: Partial<PodSpec> = {}, labels: Record<string, string> = { app: "web" }) {
    for (let i = 0; i < count; i++) {
      await this.api.create<Pod>(PODS, {
        metadata: { generateName: "web-", namespace: "default", labels, ownerReferences: [OWNER] },
        spec: { containers: [{ name: "c", image: "i", resources: { requests: { cpu: "500m" } } }], ...spec },
      });
    }
    await this.run(100);
  }

  run(ms: number): Promise<void> {
    return this.#clock.run(this.#clock.now() + ms);
  }

  /** How many pods each node has. */
  spread(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { spec } of this.api.storage.all<Pod>(PODS)) {
      const name = spec.nodeName ?? "none";
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }
}

Deno.test("pods of one owner are spread over the nodes that fit", async () => {
  await withScheduler(async (bench) => {
    for (const name of ["a", "b", "c"]) await bench.node(name);
    await bench.pods(9);
    assert.deepEqual(bench.spread(), { a: 3, b: 3, c: 3 });
  });
});

Deno.test("preferred affinity and PreferNoSchedule taints decide where nodes are alike otherwise", async () => {
  await withScheduler(async (bench) => {
    await bench.node("wanted", { labels: { disk: "fast" } });
    await bench.node("disliked", { taints: [{ key: "a", effect: "PreferNoSchedule" }] });
    await bench.node("plain");
    const preference = { matchExpressions: [{ key: "disk", operator: "In", values: ["fast"] }] };
    const nodeAffinity = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference }] };
    await bench.pods(1, { affinity: { nodeAffinity } });
    assert.deepEqual(bench.spread(), { wanted: 1 });
    await bench.pods(1);
    assert.deepEqual(bench.spread(), { wanted: 1, plain: 1 });
  });
});

Deno.test("a spread constraint counts its pods by domain, those of other owners too", async () => {
  await withScheduler(async (bench) => {
    await bench.node("a1", { labels: { zone: "a" } });
    await bench.node("a2", { labels: { zone: "a" } });
    await bench.node("b1", { labels: { zone: "b" } });
    const constraint = {
      maxSkew: 1,
      topologyKey: "zone",
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: { app: "web" } },
    };
    await bench.pods(6, { topologySpreadConstraints: [constraint] });
    const { a1 = 0, a2 = 0, b1 = 0 } = bench.spread();
    assert.ok(Math.abs(a1 + a2 - b1) <= 1, JSON.stringify(bench.spread()));
  });
});

Deno.test("a pod that fits nowhere says why, and is tried again when a node comes, is opened, or has room", async () => {
  await withScheduler(async (bench) => {
    await bench.node("small", { cpu: "400m" });
    await bench.node("closed", { taints: [{ key: "a", effect: "NoSchedule" }] });
    await bench.pods(2);
    const [stuck] = bench.scheduler.stuck();
    const condition = conditionOf(stuck!, "PodScheduled");
    assert.equal(condition?.reason, "Unschedulable");
    assert.equal(
      condition?.message,
      "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s).",
    );
    const closed = bench.api.get<Node>(NODES, { name: "closed" });
    bench.api.update(NODES, { ...closed, spec: { taints: [] } });
    await bench.run(2_000);
    assert.deepEqual(bench.spread(), { closed: 2 });
    await bench.pods(7);
    assert.deepEqual(bench.spread(), { closed: 8, none: 1 });
    const [gone] = bench.api.storage.podsOn("closed");
    bench.api.delete(PODS, gone!.metadata, { gracePeriodSeconds: 0 });
    await bench.run(2_000);
    assert.deepEqual(bench.spread(), { closed: 8 });
    assert.equal(bench.scheduler.stuck().length, 0);
  });
});

Deno.test("pods that are bound before their node is there take their room when it comes", async () => {
  await withScheduler(async (bench) => {
    await bench.pods(7, { nodeName: "late" });
    await bench.node("late");
    await bench.pods(2);
    assert.deepEqual(bench.spread(), { late: 8, none: 1 });
  });
});

Deno.test("a pod for another scheduler, or with a node, is left alone", async () => {
  await withScheduler(async (bench) => {
    await bench.node("a");
    await bench.pods(1, { schedulerName: "own" });
    assert.deepEqual(bench.spread(), { none: 1 });
    assert.equal(bench.scheduler.stuck().length, 0);
  });
});

Deno.test("a pod that fitted nowhere is tried again when another has ended, and waits no more once it is bound", async () => {
  await withScheduler(async (bench) => {
    await bench.node("a", { cpu: "500m" });
    await bench.pods(3);
    assert.deepEqual(bench.spread(), { a: 1, none: 2 });
    const [first] = bench.api.storage.podsOn("a");
    bench.api.update<Pod>(PODS, { ...first!, status: { ...first!.status, phase: "Succeeded" } }, {
      subresource: "status",
    });
    await bench.run(2_000);
    assert.deepEqual(bench.spread(), { a: 2, none: 1 });
    const [stuck] = bench.scheduler.stuck();
    bind(bench.api, { ref: stuck!.metadata, nodeName: "a", wallMs: 0 });
    assert.deepEqual(bench.scheduler.stuck(), []);
  });
});
