import assert from "node:assert/strict";
import { deployment } from "../scenarios/support/workloads.ts";
import { type FaultStage, faultTest, NAMESPACE } from "./support/fault_stage.ts";

const PODS_WATCH = { path: /^\/api\/v1\/pods$/, isWatch: true };
const RESUMED = {
  ...PODS_WATCH,
  when: ({ query }: { query: URLSearchParams }) => query.has("resourceVersion"),
};
const LISTED = {
  ...PODS_WATCH,
  when: ({ query }: { query: URLSearchParams }) => query.has("sendInitialEvents"),
};

/** Ten pods, seven of them on spot, and nothing to do. */
async function startWeb(stage: FaultStage, annotations: Record<string, string> = {}): Promise<void> {
  await stage.create(
    deployment({ name: "web", replicas: 10, percentage: 70, floor: 1, template: { annotations } }),
  );
  await stage.settled("web", { replicas: 10, spot: 7 });
  await stage.pass(1_000);
}

/** The operator's cache of pods shows what the cluster has, pod by pod and version by version. */
function assertCacheIsCurrent({ operator, cluster }: FaultStage): void {
  const versions = (pods: Iterable<{ uid: string; resourceVersion: string }>) =>
    [...pods].map(({ uid, resourceVersion }) => `${uid} ${resourceVersion}`).sort();
  const stored = cluster.storage.podsWith(NAMESPACE, { key: "app", value: "web" });
  const cached = operator.app.observer.cache.pods.values();
  assert.deepEqual(versions(cached), versions(stored.map(({ metadata }) => metadata)));
}

/** A new split, reached with as many evictions as the drift: the cache was right all the way. */
async function assertWorks(stage: FaultStage): Promise<void> {
  const before = stage.evictions.length;
  const replicas = stage.pods("web").length;
  await stage.setPercentage("web", 50);
  await stage.settled("web", { replicas, spot: Math.floor(replicas / 2) });
  await stage.pass(1_000);
  assert.equal(stage.evictions.length - before, 2);
  assertCacheIsCurrent(stage);
}

/** Names of pods whose label has characters of two, three and four bytes. */
const NAMES = { "example.io/owner": "Zoë, 東京, 🚂" };

faultTest(
  "fault 3: a watch cut at any byte goes on from the last whole event, without a relist",
  {},
  async (stage) => {
    await startWeb(stage, NAMES);
    // Each new watch breaks a little later, and every other one within a character.
    const watches = 60;
    let bytes = 0;
    const stop = stage.faults.add({
      ...RESUMED,
      get fault() {
        bytes += 53;
        return { kind: "cut", bytes: bytes % 2 === 0 ? bytes : "within a character" } as const;
      },
    });
    stage.faults.cut(PODS_WATCH);
    const isEnough = () => stage.faults.requests(RESUMED).length >= watches;
    for (let i = 0; i < 2 * watches && !isEnough(); i++) {
      await stage.patch("web", { spec: { replicas: i % 2 === 0 ? 4 : 10 } });
      await stage.pass(10_000);
    }
    stop();
    assert.ok(isEnough());
    await stage.patch("web", { spec: { replicas: 10 } });
    await stage.settled("web", { replicas: 10, spot: 7 });
    await stage.pass(10_000);
    assertCacheIsCurrent(stage);
    assert.equal(stage.operator.lists("pods"), 1);
    await assertWorks(stage);
  },
);

faultTest("fault 3: bytes that come one by one make the same events", {}, async (stage) => {
  stage.faults.add({ isWatch: true, fault: { kind: "split", bytes: 1 } });
  stage.faults.cut();
  await stage.pass(5_000);
  await startWeb(stage, NAMES);
  assertCacheIsCurrent(stage);
  // What it reads of a policy it shows as it is.
  const annotations = { "spotalis.io/spot-percentage": "７０ 🚂" };
  await stage.patch("web", { metadata: { annotations } });
  await stage.operator.logged((line) => JSON.stringify(line).includes("７０ 🚂"));
  await assertWorks(stage);
});

faultTest(
  "fault 4: watches that end at once and empty make no storm, and nothing is evicted meanwhile",
  {},
  async (stage) => {
    await startWeb(stage);
    const stop = stage.faults.add({ ...RESUMED, fault: { kind: "cut", bytes: 0, isClean: true } });
    stage.faults.cut(PODS_WATCH);
    const [startMs, before] = [stage.clock.now(), stage.faults.requests(PODS_WATCH).length];
    await stage.setPercentage("web", 50);
    await stage.pass(300_000);
    const asked = stage.faults.requests(PODS_WATCH).length - before;
    const aSecond = asked / ((stage.clock.now() - startMs) / 1_000);
    assert.ok(aSecond <= 0.22, `${aSecond} requests a second`);
    assert.equal(stage.evictions.length, 0);
    assert.equal(stage.operator.lists("pods"), 1);
    stop();
    await stage.settled("web", { replicas: 10, spot: 5 });
    assert.equal(stage.evictions.length, 2);
  },
);

for (
  const [title, gone] of [
    [
      "fault 5: 410 as the status of a watch is one relist, and what went meanwhile is gone",
      (stage: FaultStage) => {
        stage.faults.add({ ...RESUMED, times: 1, fault: { kind: "status", code: 410, reason: "Expired" } });
        stage.faults.cut(PODS_WATCH);
      },
    ],
    [
      "fault 6: 410 as an event within the stream is one relist, and what went meanwhile is gone",
      (stage: FaultStage) => {
        stage.cluster.compact();
        stage.faults.cut(PODS_WATCH);
      },
    ],
  ] as const
) {
  faultTest(
    title,
    {},
    async (stage) => {
      await startWeb(stage);
      const deleted: string[] = [];
      stage.operator.app.observer.cache.pods.onChange(({ before, after }) => {
        if (after === undefined) deleted.push(before!.uid);
      });
      const stop = stage.faults.add({ ...PODS_WATCH, fault: { kind: "refused", message: "fetch failed" } });
      stage.faults.cut(PODS_WATCH);
      const before = stage.pods("web").map(({ metadata }) => metadata.uid);
      await stage.patch("web", { spec: { replicas: 9 } });
      await stage.settled("web", { replicas: 9, spot: 6 });
      const left = new Set(stage.pods("web").map(({ metadata }) => metadata.uid));
      stop();
      gone(stage);
      await stage.pass(10_000);
      const relists = stage.faults.requests(LISTED).slice(1);
      assert.deepEqual(relists.map(({ query }) => query.get("resourceVersion")), [null]);
      assert.equal(stage.operator.lists("pods"), 2);
      assert.deepEqual(deleted, before.filter((uid) => !left.has(uid)));
      assertCacheIsCurrent(stage);
      await assertWorks(stage);
    },
  );
}

faultTest(
  "fault 5: 410 for a continue token begins the list anew, and no half of it is ever shown",
  {},
  async (stage) => {
    await startWeb(stage);
    // The operator keeps none of these, and they fill the first page.
    for (let i = 0; i < 600; i++) {
      await stage.create({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: `filler-${i}` },
        spec: { schedulerName: "nobody", containers: [{ name: "main", image: "x" }] },
      });
    }
    // A server without streaming lists, which forgets what it was asked before the second page.
    stage.faults.add({ ...LISTED, fault: { kind: "status", code: 422, reason: "Invalid" } });
    const isNext = ({ query }: { query: URLSearchParams }) => query.has("continue");
    const path = PODS_WATCH.path;
    stage.faults.add({
      path,
      when: isNext,
      times: 1,
      fault: { kind: "status", code: 410, reason: "Expired" },
    });
    const { pods } = stage.operator.app.observer.cache;
    await stage.pass(1_000);
    const sizes = new Set<number>();
    pods.onChange(() => sizes.add(pods.size));
    stage.cluster.compact();
    stage.faults.cut(PODS_WATCH);
    await stage.patch("web", { spec: { replicas: 9 } });
    await stage.settled("web", { replicas: 9, spot: 6 });
    await stage.until("it has listed again", () => stage.operator.lists("pods") === 2);
    assert.equal(stage.faults.requests({ path, when: isNext }).length, 2);
    assert.deepEqual([...sizes], [9]);
    assertCacheIsCurrent(stage);
  },
);

faultTest(
  "fault 7: a version that the server does not know yet is a list of what it knows now, and no step back",
  {},
  async (stage) => {
    await startWeb(stage);
    const versions: number[] = [];
    stage.operator.app.observer.cache.pods.onChange(({ after }) => {
      if (after !== undefined) versions.push(Number(after.resourceVersion));
    });
    stage.faults.add({
      ...RESUMED,
      times: 1,
      fault: {
        kind: "status",
        code: 504,
        reason: "Timeout",
        causes: ["ResourceVersionTooLarge"],
        retryAfterSeconds: 1,
      },
    });
    stage.faults.cut(PODS_WATCH);
    await stage.pass(10_000);
    const relists = stage.faults.requests(LISTED).slice(1);
    assert.deepEqual(relists.map(({ query }) => query.get("resourceVersion")), [null]);
    await assertWorks(stage);
    assert.deepEqual(versions, versions.toSorted((a, b) => a - b));
  },
);

faultTest("fault 8: 429 with Retry-After on a watch is waited out, without a relist", {}, async (stage) => {
  await startWeb(stage);
  const fault = { kind: "status", code: 429, reason: "TooManyRequests", retryAfterSeconds: 20 } as const;
  stage.faults.add({ ...RESUMED, times: 1, fault });
  stage.faults.cut(PODS_WATCH);
  await stage.pass(60_000);
  const [, refused, next] = stage.faults.requests(PODS_WATCH);
  assert.equal(refused!.code, 429);
  assert.ok(next!.atMs - refused!.atMs >= 20_000);
  assert.ok(next!.query.has("resourceVersion"));
  assert.equal(stage.operator.lists("pods"), 1);
  await assertWorks(stage);
});

faultTest(
  "fault 18: connections that went dead are found within the watchdog's 75 s, and nothing is evicted blindly",
  {},
  async (stage) => {
    await startWeb(stage);
    // Those that are open now; new ones get through.
    const dead = new Set(stage.faults.requests({ isWatch: true }).map(({ query }) => query));
    const isDead = ({ query }: { query: URLSearchParams }) => dead.has(query);
    stage.faults.add({ when: isDead, fault: { kind: "silence" } });
    const diedMs = stage.clock.now();
    await stage.setPercentage("web", 50);
    await stage.until(
      "all watch again",
      () => stage.faults.requests({ isWatch: true }).length === 2 * dead.size,
      80_000,
    );
    assert.ok(stage.clock.now() - diedMs <= 77_000, `after ${stage.clock.now() - diedMs} ms`);
    const resumed = stage.faults.requests({ isWatch: true }).slice(dead.size);
    assert.ok(resumed.every(({ query }) => query.has("resourceVersion")));
    // Of the change it heard only now.
    assert.equal(stage.evictions.length, 0);
    await stage.settled("web", { replicas: 10, spot: 5 });
    assert.equal(stage.operator.lists("pods"), 1);
  },
);
