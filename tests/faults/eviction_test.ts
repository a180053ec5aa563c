import assert from "node:assert/strict";
import { deployment } from "../scenarios/support/workloads.ts";
import type { Fault } from "../support/fault_table.ts";
import { type FaultStage, faultTest } from "./support/fault_stage.ts";

const EVICTION = { method: "POST", path: /\/eviction$/ };
const EVICTIONS = "spotalis_evictions_total";

/** Workloads of ten pods each, seven of them on spot. */
async function start(stage: FaultStage, ...names: string[]): Promise<void> {
  for (const name of names) await stage.create(deployment({ name, replicas: 10, percentage: 70, floor: 1 }));
  for (const name of names) await stage.settled(name, { replicas: 10, spot: 7 });
  await stage.pass(1_000);
}

function asked(stage: FaultStage): number[] {
  return stage.faults.requests(EVICTION).map(({ atMs }) => atMs);
}

faultTest(
  "fault 10: 429 of priority and fairness slows all evictions down, and no budget is blamed",
  {},
  async (stage) => {
    await start(stage, "web", "api");
    const fault = { kind: "status", code: 429, reason: "TooManyRequests", retryAfterSeconds: 20 } as const;
    stage.faults.add({ ...EVICTION, times: 2, fault });
    for (const name of ["web", "api"]) await stage.setPercentage(name, 50);
    for (const name of ["web", "api"]) await stage.settled(name, { replicas: 10, spot: 5, ms: 180_000 });
    const [first, second, third] = asked(stage) as [number, number, number];
    assert.ok(second - first >= 20_000 && third - second >= 20_000, "one asks, for all");
    const metric = (name: string, labels = {}) => stage.operator.metric(name, labels);
    assert.equal(await metric(EVICTIONS, { outcome: "throttled" }), 2);
    assert.equal(await metric(EVICTIONS, { outcome: "blocked" }), 0);
    assert.equal(await metric("spotalis_rebalancing_blocked_by_pdb_total"), 0);
    assert.equal(stage.faults.requests({ path: /\/events$/ }).length, await eventsOf(stage, "Rebalancing"));
    assert.equal(stage.evictions.length, 4);
  },
);

async function eventsOf(stage: FaultStage, reason: string): Promise<number> {
  const { signal } = new AbortController();
  const { items } = await stage.client.request<{ items: { reason: string }[] }>(
    "GET",
    "/apis/events.k8s.io/v1/events",
    { signal },
  );
  return items.filter((event) => event.reason === reason).length;
}

const FORBIDDEN: readonly [title: string, message: string][] = [
  [
    "the right is missing",
    'pods "web-1" is forbidden: User "system:serviceaccount:spotalis-system:spotalis-controller" ' +
    'cannot create resource "pods/eviction" in API group "" in the namespace "shop"',
  ],
  [
    "the budget's own count is below 0",
    'pods "web-1" is forbidden: pdb disruptions allowed is negative',
  ],
];

for (const [title, message] of FORBIDDEN) {
  faultTest(`fault 13: 403 on an eviction is no storm, and named: ${title}`, {}, async (stage) => {
    await start(stage, "web", "api");
    const forbidden = { kind: "status", code: 403, reason: "Forbidden", message } as const;
    const granted = stage.faults.add({
      ...EVICTION,
      when: ({ path }) => path.includes("/web-"),
      fault: forbidden,
    });
    for (const name of ["web", "api"]) await stage.setPercentage(name, 50);
    await stage.pass(290_000);
    const refused = stage.faults.requests(EVICTION).filter(({ code }) => code === 403);
    assert.equal(refused.length, 1, "one try in 5 min");
    assert.equal(stage.evictions.length, 2, "the other workload goes on");
    assert.equal(
      await stage.operator.metric("spotalis_workload_held", { workload: "web", reason: "forbidden" }),
      1,
    );
    assert.equal(await stage.operator.metric(EVICTIONS, { workload: "web", outcome: "forbidden" }), 1);
    assert.ok(
      stage.operator.log.some((line) => JSON.stringify(line).includes(JSON.stringify(message).slice(1, -1))),
    );
    granted();
    await stage.settled("web", { replicas: 10, spot: 5, ms: 60_000 });
  });
}

for (
  const [title, fault] of [
    ["at once, while the pod terminates", { kind: "twice", afterMs: 0 }],
    ["later, when the pod is gone", { kind: "twice", afterMs: 5_000 }],
    ["and its answer gets lost", { kind: "lost" }],
  ] as readonly (readonly [string, Fault])[]
) {
  faultTest(
    `fault 16: an eviction that is carried twice is one: ${title}`,
    { config: { controllers: { workloadTiming: { cooldownPeriod: "30s" } } } },
    async (stage) => {
      await start(stage, "web");
      stage.faults.add({ ...EVICTION, times: 1, fault });
      await stage.setPercentage("web", 50);
      await stage.settled("web", { replicas: 10, spot: 5, ms: 180_000 });
      await stage.pass(60_000);
      const [first, second] = stage.evictions;
      assert.equal(stage.evictions.length, 2, "as many as the drift");
      assert.ok(second!.atMs - first!.atMs >= 30_000, `${second!.atMs - first!.atMs} ms apart`);
      assert.equal(await stage.operator.metric(EVICTIONS), 2);
      assert.ok(await stage.operator.metric(EVICTIONS, { outcome: "evicted" }) >= 1);
    },
  );
}

for (const kind of ["delay", "late"] as const) {
  faultTest(
    `fault 17: calls that take 5 to 30 s (${kind}): one at a time for a workload, and the Lease is renewed`,
    { config: { controllers: { maxConcurrentReconciles: 4 } } },
    async (stage) => {
      const names = ["web", "api"];
      await start(stage, ...names);
      let calls = 0;
      const slow = stage.faults.add({
        isWatch: false,
        when: ({ path }) => !path.includes("/leases/"),
        get fault() {
          return { kind, ms: [5_000, 14_000, 20_000, 30_000][calls++ % 4]! };
        },
      });
      for (const name of names) await stage.setPercentage(name, 50);
      await stage.pass(120_000);
      slow();
      for (const name of names) await stage.settled(name, { replicas: 10, spot: 5, ms: 120_000 });
      await stage.pass(30_000);
      const evicted = stage.evictions.map(({ uid }) => uid);
      assert.equal(new Set(evicted).size, evicted.length);
      assert.equal(evicted.length, 4, "as many as the drift");
      const givenUp = { resource: "pods/eviction", code: "0" };
      assert.ok(
        await stage.operator.metric("spotalis_api_requests_total", givenUp) > 0,
        "the longest are given up",
      );
      for (const name of names) {
        const calls = stage.faults.requests({ ...EVICTION, path: new RegExp(`/${name}-.*/eviction$`) });
        const gaps = calls.slice(1).map(({ atMs }, i) => atMs - calls[i]!.atMs);
        // A call ends when it is answered, or after its 15 s.
        assert.ok(Math.min(...gaps) >= 5_000, `${name}: ${gaps} ms between two calls`);
      }
      assert.ok(stage.operator.log.every(({ message }) => message !== "leadership lost"));
      const renewals = stage.faults.requests({ method: "PUT", path: /\/leases\// }).map(({ atMs }) => atMs);
      const longest = Math.max(...renewals.slice(1).map((atMs, i) => atMs - renewals[i]!));
      assert.ok(longest < 2_500, `${longest} ms between two renewals`);
    },
  );
}
