import assert from "node:assert/strict";
import { fileToken } from "../../src/kube/token.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { ReplicaSet } from "../../src/sim/objects.ts";
import { REPLICA_SETS } from "../../src/sim/resources.ts";
import { deployment } from "../scenarios/support/workloads.ts";
import { type FaultStage, faultTest, NAMESPACE } from "./support/fault_stage.ts";

const LEASE = /\/leases\//;
const OUTAGE_MS = 300_000;

async function startWeb(stage: FaultStage): Promise<void> {
  await stage.create(deployment({ name: "web", replicas: 10, percentage: 70, floor: 1 }));
  await stage.settled("web", { replicas: 10, spot: 7 });
  await stage.pass(1_000);
}

/** A dry-run review sent straight to the webhook; answers what was patched. */
async function review({ cluster, operator }: FaultStage): Promise<string> {
  const [owner] = [...cluster.storage.all<ReplicaSet>(REPLICA_SETS, NAMESPACE)];
  const { name, uid } = owner!.metadata;
  const reference = { apiVersion: "apps/v1", kind: "ReplicaSet", name, uid, controller: true };
  const request = {
    uid: crypto.randomUUID(),
    operation: "CREATE",
    namespace: NAMESPACE,
    dryRun: true,
    resource: { group: "", version: "v1", resource: "pods" },
    object: { metadata: { generateName: "web-", ownerReferences: [reference] }, spec: { containers: [] } },
  };
  const answer = await operator.app.webhook(
    new Request("https://webhook/mutate", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request }),
    }),
  );
  const { response } = await answer.json();
  assert.equal(response.allowed, true);
  return atob(response.patch ?? "");
}

/** Requests a second of each path that is watched, from `fromMs` on. */
function rates({ faults, clock }: FaultStage, fromMs: number): number[] {
  const counts = new Map<string, number>();
  for (const { path, atMs } of faults.requests({ isWatch: true })) {
    if (atMs > fromMs) counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return [...counts.values()].map((count) => count / ((clock.now() - fromMs) / 1_000));
}

faultTest(
  "fault 2: an API server that is away for 5 min is asked 0.22 times a second by each watch at the most; " +
    "the leader steps down within its renewal deadline, and admission goes on",
  {},
  async (stage) => {
    await startWeb(stage);
    const back = stage.faults.add({ fault: { kind: "refused", message: "connection refused" } });
    stage.faults.cut();
    const goneMs = stage.clock.now();
    await stage.setPercentage("web", 50);
    // The last renewal may have been up to 2 s before, and the loss is seen at the next try.
    await stage.until("the leader steps down", () => !stage.operator.isLeader, 12_000);
    const lost = stage.operator.log.find((line) => line.message === "leadership lost");
    assert.match(String(lost!["why"]), /PUT .* failed: TypeError: connection refused/);
    const read = () => stage.faults.requests({ method: "GET", isWatch: false }).length;
    const before = read();
    assert.match(await review(stage), /spotalis.io~1capacity|"spotalis.io\/capacity"/);
    assert.equal(read(), before, "admission asks the API server nothing");
    await stage.pass(goneMs + OUTAGE_MS - stage.clock.now());
    const perWatch = rates(stage, goneMs);
    assert.equal(perWatch.length, 7);
    assert.ok(perWatch.every((rate) => rate <= 0.22), perWatch.join());
    assert.equal(stage.evictions.length, 0);
    const backMs = stage.clock.now();
    back();
    await stage.until("it leads again", () => stage.operator.isLeader, 15_000);
    await stage.until(
      "its caches are fresh",
      () => stage.operator.app.standings.standing("Deployment/any/any").stale === undefined,
    );
    assert.ok(stage.clock.now() - backMs < 15_000, `after ${stage.clock.now() - backMs} ms`);
    await stage.settled("web", { replicas: 10, spot: 5 });
    assert.equal(stage.evictions.length, 2);
  },
);

faultTest(
  "fault 11: half of all requests fail with 500 for 2 min: each eviction happens once, and it stays ready",
  {},
  async (stage) => {
    const names = Array.from({ length: 6 }, (_, i) => `web-${i}`);
    for (const name of names) {
      await stage.create(deployment({ name, replicas: 10, percentage: 70, floor: 1 }));
    }
    for (const name of names) await stage.settled(name, { replicas: 10, spot: 7 });
    const stop = stage.faults.add({
      probability: 0.5,
      fault: { kind: "status", code: 500, reason: "InternalError" },
    });
    stage.faults.cut();
    for (const name of names) await stage.setPercentage(name, 40);
    const notReady: string[] = [];
    for (let second = 0; second < 120; second++) {
      await stage.pass(1_000);
      const { cache } = stage.operator.app.observer;
      const why = stage.operator.app.standings.staleness(stage.clock.now());
      if (!cache.hasSynced || why !== undefined) notReady.push(`${second} s: ${why}`);
      if (stage.operator.app.elector!.isHealthy(stage.clock.now()) === false) {
        notReady.push(`${second} s: lease`);
      }
    }
    stop();
    assert.deepEqual(notReady, []);
    for (const name of names) await stage.settled(name, { replicas: 10, spot: 4, ms: 180_000 });
    // A 500 here comes in the place of the server's answer: what it did not carry out is tried again.
    const evicted = stage.evictions.map(({ uid }) => uid);
    assert.equal(new Set(evicted).size, evicted.length);
    assert.equal(evicted.length, 3 * names.length);
    assert.equal(
      await stage.operator.metric("spotalis_evictions_total", { outcome: "evicted" }),
      evicted.length,
    );
    assert.ok(await stage.operator.metric("spotalis_evictions_total", { outcome: "failed" }) > 0);
  },
);

/** A token file that the kubelet rotates, and an API server that takes only the newest token. */
function rotating() {
  const file = { text: "token-0" as string | undefined };
  const readText = () =>
    file.text === undefined ? Promise.reject(new Error("no such file")) : Promise.resolve(file.text);
  return { file, token: (clock: Clock) => fileToken({ clock, readText }, "token") };
}

const tokens = rotating();
faultTest(
  "fault 27: a rotated token is read within a minute or at once after a 401, which is tried once more; " +
    "while the file is empty or gone the last one counts",
  { token: tokens.token },
  async (stage) => {
    const { file } = tokens;
    await startWeb(stage);
    const bearers = () => new Set(stage.faults.seen.slice(-20).map(({ authorization }) => authorization));
    file.text = "token-1";
    await stage.pass(62_000);
    assert.deepEqual([...bearers()].at(-1), "Bearer token-1");

    // The old token ends before the minute is over.
    file.text = "token-2";
    const refuse = stage.faults.add({
      when: ({ authorization }) => authorization !== "Bearer token-2",
      fault: { kind: "status", code: 401, reason: "Unauthorized" },
    });
    await stage.pass(10_000);
    const refused = stage.faults.requests().filter(({ code }) => code === 401);
    assert.equal(refused.length, 1);
    assert.ok(stage.operator.isLeader);
    refuse();

    for (const text of ["", undefined]) {
      file.text = text;
      await stage.pass(90_000);
      assert.ok(stage.operator.isLeader);
      assert.deepEqual([...bearers()], ["Bearer token-2"]);
    }
    file.text = "token-3";
    await stage.pass(61_000);
    assert.deepEqual([...bearers()].at(-1), "Bearer token-3");
    assert.ok(stage.operator.log.every(({ message }) => message !== "leadership lost"));
  },
);

faultTest(
  "fault 64: the API server's name cannot be resolved for 60 s: watches that are open go on, and so does the rest after",
  {},
  async (stage) => {
    await startWeb(stage);
    const message = "dns error: failed to lookup address information: Temporary failure in name resolution";
    const resolved = stage.faults.add({ fault: { kind: "refused", message } });
    // One connection breaks meanwhile and cannot be made anew.
    stage.faults.cut({ path: /replicasets$/ });
    const fromMs = stage.clock.now();
    await stage.patch("web", { spec: { replicas: 12 } });
    await stage.settled("web", { replicas: 12, spot: 8 });
    const { pods } = stage.operator.app.observer.cache;
    await stage.until("the pods' watch has told of it", () => pods.size === 12, 1_000);
    await stage.setPercentage("web", 50);
    await stage.pass(fromMs + 60_000 - stage.clock.now());
    assert.equal(stage.evictions.length, 0);
    const aSecond = stage.faults.requests({ path: /replicasets$/ }).filter(({ atMs }) => atMs > fromMs).length /
      60;
    assert.ok(aSecond > 0 && aSecond <= 0.3, `${aSecond} requests a second`);
    const attempts = stage.faults.requests({ path: LEASE }).filter(({ atMs }) => atMs > fromMs).length;
    assert.ok(attempts <= 31, `${attempts} tries for the Lease`);
    resolved();
    await stage.settled("web", { replicas: 12, spot: 6 });
    for (const resource of ["pods", "replicasets"]) assert.equal(stage.operator.lists(resource), 1);
    const lost = stage.operator.log.find((line) => line.message === "leadership lost");
    assert.match(String(lost!["why"]), /PUT .*: dns error: failed to lookup address/);
  },
);
