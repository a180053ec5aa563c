import assert from "node:assert/strict";
import { Lifecycle } from "../../../src/runtime/lifecycle.ts";
import { VirtualClock } from "../../../src/runtime/virtual_clock.ts";
import type { AutoscalerTiming } from "../../../src/sim/cloud/autoscaler.ts";
import type { CloudEvent } from "../../../src/sim/cloud/cloud.ts";
import type { NodeGroup } from "../../../src/sim/cloud/node_group.ts";
import { EmbeddedCluster } from "../../../src/sim/cluster.ts";
import { conditionOf, isPodReady, type Node, type Pod } from "../../../src/sim/objects.ts";
import { BUDGETS, DAEMON_SETS, DEPLOYMENTS, NODES, PODS } from "../../../src/sim/resources.ts";

const MINUTE_MS = 60_000;
const TAINT = { key: "example.com/going", effect: "NoSchedule" as const };

function group(given: Partial<NodeGroup> & { name: string }): NodeGroup {
  return {
    labels: { kind: given.name },
    taints: [],
    nodes: 2,
    most: 4,
    cpuMillis: 2_000,
    memoryBytes: 2 ** 33,
    pods: 110,
    startupMs: 90_000,
    reclaimsPerHour: 0,
    reclaimNoticeMs: 2 * MINUTE_MS,
    reclaimTaint: TAINT,
    ...given,
  };
}

/** A cluster of these groups while `act` plays; time passes by `run`. */
async function withCloud(
  options: { groups: NodeGroup[]; autoscaler?: AutoscalerTiming; seed?: number },
  act: (
    cloud: {
      cluster: EmbeddedCluster;
      events: CloudEvent[];
      run: (ms: number) => Promise<void>;
      now: () => number;
    },
  ) => Promise<void>,
): Promise<void> {
  const clock = new VirtualClock({ wallMs: Date.UTC(2026, 0, 5) });
  const events: CloudEvent[] = [];
  const cluster = new EmbeddedCluster({
    clock,
    seed: options.seed ?? 1,
    kubelets: { startupMs: 1_000, startupJitterMs: 0, shutdownMs: 1_000 },
    nodeGroups: options.groups,
    autoscaler: options.autoscaler,
    recordsEvents: false,
    onCloudEvent: (event) => events.push(event),
  });
  const lifecycle = new Lifecycle();
  lifecycle.start("cluster", (signal) => cluster.run(signal));
  await clock.complete(cluster.start());
  await act({ cluster, events, run: (ms) => clock.run(clock.now() + ms), now: () => clock.now() });
  lifecycle.stop();
  await clock.complete(lifecycle.join());
}

function deployment(replicas: number, { cpu = "100m" } = {}) {
  const labels = { app: "web" };
  return {
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "main", image: "i", resources: { requests: { cpu } } }] },
      },
    },
  };
}

const names = (cluster: EmbeddedCluster) =>
  [...cluster.storage.all<Node>(NODES)].map(({ metadata }) => metadata.name).sort();
const ready = (cluster: EmbeddedCluster) => [...cluster.storage.all<Pod>(PODS)].filter(isPodReady).length;

Deno.test("a node that is taken back is tainted, drained within its notice, and replaced", async () => {
  await withCloud({ groups: [group({ name: "spot" })] }, async ({ cluster, events, run }) => {
    await cluster.api.create(DEPLOYMENTS, deployment(6));
    await run(10_000);
    cluster.cloud.reclaim("spot", 1);
    const [event] = events;
    assert.equal(event?.what, "reclaim");
    const gone = (event as { node: string }).node;
    assert.ok(cluster.storage.podsOn(gone).length > 0);
    await run(1);
    assert.deepEqual(cluster.storage.get<Node>(NODES, { name: gone })?.spec?.taints, [TAINT]);
    assert.ok(cluster.storage.podsOn(gone).every((pod) => conditionOf(pod, "DisruptionTarget") !== undefined));
    await run(10_000);
    assert.equal(cluster.storage.podsOn(gone).length, 0, "drained");
    assert.equal(ready(cluster), 6);
    assert.equal(names(cluster).length, 2, "the replacement is still starting");
    await run(80_000);
    assert.equal(names(cluster).length, 3, "the replacement is there before the old one has gone");
    await run(30_000);
    assert.equal(names(cluster).length, 2);
    assert.ok(!names(cluster).includes(gone));
  });
});

Deno.test("a drain respects a budget until the notice is over, and no longer", async () => {
  await withCloud({ groups: [group({ name: "spot" })] }, async ({ cluster, events, run }) => {
    await cluster.api.create(BUDGETS, {
      metadata: { name: "none", namespace: "default" },
      spec: { maxUnavailable: 0, selector: { matchLabels: { app: "web" } } },
    });
    await cluster.api.create(DEPLOYMENTS, deployment(6));
    await run(10_000);
    cluster.cloud.reclaim("spot", 1);
    const { node } = events[0] as { node: string };
    const before = cluster.storage.podsOn(node).map(({ metadata }) => metadata.uid);
    await run(2 * MINUTE_MS - 1_000);
    assert.deepEqual(cluster.storage.podsOn(node).map(({ metadata }) => metadata.uid), before);
    await run(2_000);
    assert.equal(cluster.storage.podsOn(node).length, 0);
    assert.ok(!names(cluster).includes(node));
    await run(10_000);
    assert.equal(ready(cluster), 6);
  });
});

Deno.test("in an outage no node comes; what was ordered comes when it is over", async () => {
  await withCloud({ groups: [group({ name: "spot" })] }, async ({ cluster, run }) => {
    cluster.cloud.outage("spot", { forMs: 10 * MINUTE_MS, takesNodes: true });
    await run(3 * MINUTE_MS);
    assert.deepEqual(names(cluster), []);
    assert.equal(cluster.cloud.isOpen("spot"), false);
    await run(7 * MINUTE_MS + 80_000);
    assert.deepEqual(names(cluster), []);
    await run(20_000);
    assert.deepEqual(names(cluster), ["spot-2", "spot-3"]);
  });
});

Deno.test("the autoscaler orders as many nodes as pods need, up to the group's most, and gives idle ones back", async () => {
  const autoscaler = { delayMs: 30_000, idleMs: 10 * MINUTE_MS };
  await withCloud({ groups: [group({ name: "a" })], autoscaler }, async ({ cluster, run }) => {
    await cluster.api.create(DEPLOYMENTS, deployment(9, { cpu: "500m" }));
    await run(20_000);
    assert.equal(ready(cluster), 8, "two nodes of two cores");
    assert.equal(names(cluster).length, 2, "it waits a while first");
    await run(2 * MINUTE_MS);
    assert.equal(names(cluster).length, 3);
    assert.equal(ready(cluster), 9);
    const web = cluster.api.get<Pod>(DEPLOYMENTS, { namespace: "default", name: "web" });
    cluster.api.update(DEPLOYMENTS, { ...web, spec: { ...web.spec, replicas: 30 } });
    await run(5 * MINUTE_MS);
    assert.equal(names(cluster).length, 4, "no more than the group's most");
    assert.equal(ready(cluster), 16);
    const full = cluster.api.get<Pod>(DEPLOYMENTS, { namespace: "default", name: "web" });
    cluster.api.update(DEPLOYMENTS, { ...full, spec: { ...full.spec, replicas: 0 } });
    await run(9 * MINUTE_MS);
    assert.equal(names(cluster).length, 4);
    await run(2 * MINUTE_MS);
    assert.equal(names(cluster).length, 2, "back to the size that it is to have");
  });
});

Deno.test("reclaims come at the rate of the group, at times that only the seed decides", async () => {
  const times = async (seed: number, replicas: number) => {
    const at: string[] = [];
    await withCloud(
      { groups: [group({ name: "spot", reclaimsPerHour: 5 })], seed },
      async ({ cluster, events, run, now }) => {
        if (replicas > 0) await cluster.api.create(DEPLOYMENTS, deployment(replicas));
        for (let minute = 0; minute < 48 * 60; minute++) {
          await run(MINUTE_MS);
          for (const event of events.splice(0)) at.push(`${now()} ${JSON.stringify(event)}`);
        }
      },
    );
    return at;
  };
  const idle = await times(3, 0);
  assert.ok(idle.length > 170 && idle.length < 310, `${idle.length} in 48 hours`);
  assert.deepEqual(await times(3, 4), idle, "whatever else happens");
  assert.notDeepEqual(await times(4, 0), idle);
});

Deno.test("reclaims come at the same times where there is no node to take back for a while", async () => {
  const times = async (hasOutage: boolean) => {
    const at: number[] = [];
    await withCloud(
      { groups: [group({ name: "spot", reclaimsPerHour: 5 })] },
      async ({ cluster, events, run, now }) => {
        if (hasOutage) cluster.cloud.outage("spot", { forMs: 120 * MINUTE_MS, takesNodes: true });
        await run(180 * MINUTE_MS);
        events.splice(0);
        for (let minute = 180; minute < 12 * 60; minute++) {
          await run(MINUTE_MS);
          for (const { what } of events.splice(0)) if (what === "reclaim") at.push(now());
        }
      },
    );
    return at;
  };
  assert.deepEqual(await times(true), await times(false));
});

Deno.test("a node is ordered again for a pod that did not get it, while a slower one is on its way", async () => {
  const groups = [
    group({ name: "slow", nodes: 0, startupMs: 60 * MINUTE_MS, cpuMillis: 8_000 }),
    group({ name: "quick", nodes: 0, startupMs: 60_000 }),
  ];
  const autoscaler = { delayMs: 0, idleMs: 90 * MINUTE_MS };
  await withCloud({ groups, autoscaler }, async ({ cluster, run }) => {
    const of = (name: string, cpu: string) => {
      const { metadata, spec } = deployment(1, { cpu });
      const { template } = spec;
      const placed = { ...template, spec: { ...template.spec, nodeSelector: { kind: name } } };
      return { metadata: { ...metadata, name }, spec: { ...spec, template: placed } };
    };
    await cluster.api.create(DEPLOYMENTS, of("slow", "6"));
    await run(15_000);
    await cluster.api.create(DEPLOYMENTS, of("quick", "1"));
    await run(10_000);
    // Its node comes with no room for it.
    cluster.storage.onChange(({ type, object, event }) => {
      if (type !== NODES || event !== "ADDED" || object.metadata.name !== "quick-0") return;
      cluster.api.update<Node>(NODES, { ...object as Node, spec: { unschedulable: true } });
    });
    await run(5 * MINUTE_MS);
    assert.deepEqual(names(cluster).slice(0, 2), ["quick-0", "quick-1"]);
    assert.equal(ready(cluster), 1);
  });
});

Deno.test("a pod that fits a new node only without its daemons gets none, and no node after the other", async () => {
  const autoscaler = { delayMs: 0, idleMs: 60 * MINUTE_MS };
  await withCloud({ groups: [group({ name: "a", nodes: 1 })], autoscaler }, async ({ cluster, run }) => {
    const daemons = deployment(1, { cpu: "200m" }).spec.template;
    const labels = { app: "daemon" };
    await cluster.api.create(DAEMON_SETS, {
      metadata: { name: "daemon", namespace: "default" },
      spec: { selector: { matchLabels: labels }, template: { ...daemons, metadata: { labels } } },
    });
    await run(5_000);
    await cluster.api.create(DEPLOYMENTS, deployment(1, { cpu: "1900m" }));
    await run(20 * MINUTE_MS);
    assert.deepEqual(names(cluster), ["a-0"]);
  });
});

Deno.test("no pod starts on a node that has gone, and none waits for ever for a node that never was", async () => {
  await withCloud({ groups: [group({ name: "a", nodes: 1 })] }, async ({ cluster, run }) => {
    const { spec } = deployment(1).spec.template;
    for (const [name, nodeName] of [["late", "a-0"], ["lost", "ghost"]] as const) {
      await cluster.api.create<Pod>(PODS, {
        metadata: { name, namespace: "default" },
        spec: { ...spec, nodeName },
      });
    }
    await run(500);
    cluster.cloud.remove("a-0");
    await run(30_000);
    assert.equal(ready(cluster), 0);
    assert.equal(cluster.storage.size(PODS), 2);
    await run(15_000);
    assert.equal(cluster.storage.size(PODS), 0);
  });
});
