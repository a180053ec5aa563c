import assert from "node:assert/strict";
import { KubeClient } from "../../../src/kube/client.ts";
import { findAccess } from "../../../src/kube/credentials.ts";
import { httpTransport } from "../../../src/kube/transport.ts";
import { watch } from "../../../src/kube/watch.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { playScene } from "../../scenarios/support/scene.ts";
import type { Scene } from "../../scenarios/support/stage.ts";
import { deployment } from "../../scenarios/support/workloads.ts";
import type { Fault } from "../../support/fault_table.ts";
import { eventually } from "../support/eventually.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { Operator } from "../support/operator.ts";
import { realStage, sharedCluster } from "../support/scene.ts";

const NAME = "faulty-api";
const EVICTION = { method: "POST", path: /\/eviction$/ };

/** What happens to the watch of each resource over the wire. */
const CUTS: Readonly<Record<string, Fault>> = {
  pods: { kind: "cut", bytes: "within a character" },
  replicasets: { kind: "cut", bytes: 1_000 },
  deployments: { kind: "cut", bytes: 0, isClean: true },
  nodes: { kind: "status", code: 429, reason: "TooManyRequests", retryAfterSeconds: 1 },
  namespaces: { kind: "status", code: 500, reason: "InternalError" },
};

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const watchOf = (resource: string) => ({ path: new RegExp(`/${resource}$`), isWatch: true });

Deno.test({
  name: NAME,
  sanitizeResources: false,
  sanitizeOps: false,
  sanitizeExit: false,
  async fn(test) {
    const cluster = sharedCluster();
    const access = await cluster.access();
    const proxy = await FaultProxy.start({
      access,
      dir: await Deno.makeTempDir({ prefix: "spotalis-faults-" }),
    });
    const caPath = `${cluster.dir}/${NAME}-ca.crt`;
    await Deno.copyFile(proxy.caPath, caPath);
    const kubeconfig = await proxy.kubeconfig(await cluster.operatorKubeconfig(), { caPath });
    await using operator = await Operator.start(cluster, { name: NAME, kubeconfig });
    const stage = await realStage(NAME, { cluster, operator });
    const step = async (title: string, fn: (scene: Scene) => Promise<void>) => {
      const options = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };
      assert.ok(await test.step({ name: title, fn: () => playScene(stage, fn), ...options }), title);
    };

    await step(
      "fault 3: over the wire a watch that is cut goes on from its last whole event",
      async (scene) => {
        const { apply, scale, witness, annotate } = scene;
        const annotations = { "example.io/owner": "Zoë, 東京, 🚂" };
        await apply(
          deployment({ name: "web", replicas: 10, percentage: 70, floor: 1, template: { annotations } }),
        );
        await witness.settled("web", 10);
        for (const [resource, fault] of Object.entries(CUTS)) {
          proxy.table.add({ ...watchOf(resource), times: 1, fault });
          proxy.table.cut(watchOf(resource));
        }
        await scale("deployment/web", 15);
        await witness.settled("web", 15);
        await eventually(async () => {
          for (const [resource, { kind }] of Object.entries(CUTS)) {
            const asked = proxy.table.requests(watchOf(resource));
            const at = asked.findLastIndex((request) => request.fault === kind);
            assert.ok(at >= 0 && asked[at + 1]?.code === 200, resource);
            assert.equal(await operator.metric("spotalis_api_backoff_seconds", { resource }), 0, resource);
          }
        }, 20_000);
        await annotate("deployment/web", { "spotalis.io/spot-percentage": "60" });
        const isDone = () => witness.isSettled("web", 15) && witness.split("web").spot === 9;
        await witness.until(isDone, { what: "9 of 15 on spot" });
        for (const resource of Object.keys(CUTS)) {
          assert.equal(await operator.metric("spotalis_cache_lists", { resource }), 1, resource);
        }
      },
    );

    await step("fault 16: an eviction that is carried twice is counted once", async (scene) => {
      const { apply, annotate, namespace, witness } = scene;
      await apply(deployment({ name: "web", replicas: 4, percentage: 100 }));
      await witness.settled("web", 4);
      proxy.table.add({ ...EVICTION, times: 1, fault: { kind: "twice", afterMs: 50 } });
      // Here it is Deno's own client that asks again: it does so where a kept connection breaks.
      proxy.table.add({ ...EVICTION, times: 1, fault: { kind: "lost" } });
      await annotate("deployment/web", { "spotalis.io/spot-percentage": "50" });
      const isDone = () => witness.isSettled("web", 4) && witness.split("web").spot === 2;
      await witness.until(isDone, { what: "2 on spot", ms: 40_000 });
      assert.equal(witness.evicted.size, 2, "as many as the drift");
      const counted = (labels: Record<string, string> = {}) =>
        operator.metric("spotalis_evictions_total", { namespace, ...labels });
      await eventually(async () => assert.equal(await counted(), 2));
      assert.ok(await counted({ outcome: "evicted" }) >= 1);
    });

    await step(
      "fault 28: another CA is taken from its file, and the Lease is kept meanwhile",
      async (scene) => {
        const { apply, witness } = scene;
        await proxy.renew();
        proxy.cut();
        await sleep(3_000);
        assert.ok(await operator.metric("spotalis_api_backoff_seconds") > 0, "the new CA is not known yet");
        // As the kubelet does: all at once.
        await Deno.copyFile(proxy.caPath, `${caPath}.new`);
        await Deno.rename(`${caPath}.new`, caPath);
        const isWhole = async () => assert.equal(await operator.metric("spotalis_api_backoff_seconds"), 0);
        await eventually(isWhole, 15_000);
        await apply(deployment({ name: "web", replicas: 10, percentage: 70, floor: 1 }));
        await witness.settled("web", 10);
        assert.deepEqual(witness.split("web"), { spot: 7, onDemand: 3, unbound: 0 });
        assert.ok(operator.log.every(({ message }) => message !== "leadership lost"));
      },
    );

    await cluster.remove(`mutatingwebhookconfiguration/spotalis-${NAME}`);
    assert.equal(await operator.stop(), 0);
    await proxy.close();
  },
});

Deno.test({
  name:
    "fault 18: a watch whose connection went dead ends by its watchdog, and the next has another connection",
  sanitizeResources: false,
  async fn() {
    const cluster = sharedCluster();
    const dir = await Deno.makeTempDir({ prefix: "spotalis-faults-" });
    const proxy = await FaultProxy.start({ access: await cluster.access(), dir });
    const proxied = await findAccess({
      clock: systemClock,
      readText: (path) => Deno.readTextFile(path),
      exists: () => Promise.resolve(true),
      run: undefined,
    }, { kubeconfig: await proxy.kubeconfig(await cluster.operatorKubeconfig()), env: {} });
    const client = new KubeClient({
      clock: systemClock,
      transport: httpTransport(proxied),
      server: proxied.server,
      token: proxied.token,
      limiter: undefined,
      userAgent: "e2e",
    });
    const { signal } = new AbortController();
    const options = { query: {}, signal, timeoutMs: 60_000, silenceMs: 1_000, onActivity: () => {} };
    const open = () => watch({ client, clock: systemClock }, "/api/v1/namespaces", options);
    const events = open();
    await events.next();
    assert.equal(proxy.blackHole(), 1);
    const deadMs = performance.now();
    await assert.rejects(async () => {
      while (!(await events.next()).done);
    }, /silent for 1000 ms/);
    assert.ok(performance.now() - deadMs < 3_000);
    const again = open();
    assert.ok(!(await again.next()).done);
    assert.equal(proxy.connections, 2);
    await again.return();
    client.close();
    await proxy.close();
  },
});
