import assert from "node:assert/strict";
import { begin } from "../../../src/cli/simulate/engine.ts";
import { OUT_OF_SCOPE, policyReader } from "../../../src/cli/simulate/policy_reader.ts";
import type { VariantReport, WorkloadReport } from "../../../src/cli/simulate/report.ts";
import type { Deployment } from "../../../src/sim/objects.ts";
import { DEPLOYMENTS, NAMESPACES, WEBHOOKS } from "../../../src/sim/resources.ts";
import { documents, reportOf, simulationOf, variantReportOf, workload } from "./simulations.ts";

const group = (name: string, more = "") =>
  `{ name: ${name}, labels: { karpenter.sh/capacity-type: ${name} }, nodes: 2, cpu: 4, memory: 8Gi, pricePerHour: 0.1${more} }`;

function scenario(rest = "", groups = [group("spot"), group("on-demand")]): string {
  return `length: 30m\nnodeGroups: [${groups.join(", ")}]\n${rest}`;
}

function only({ workloads }: VariantReport): WorkloadReport {
  assert.equal(workloads.length, 1);
  return workloads[0]!;
}

const HALF = { "spot-percentage": "50", "min-on-demand": "1" };

const CONFIGS = [
  "",
  "controllers: { watchNamespaces: [shop, kube-system] }",
  "controllers: { namespaceSelector: { matchLabels: { team: a } } }",
  "controllers: { namespaceSelector: { matchExpressions: [{ key: kubernetes.io/metadata.name, operator: In, values: [kube-system] }] } }",
  "operator: { namespace: shop }",
];

const NAMESPACES_OF_SCOPE = documents(
  "apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { team: a } }",
  'apiVersion: v1\nkind: Namespace\nmetadata: { name: all, labels: { spotalis.io/enabled: "true" }, annotations: { spotalis.io/spot-percentage: "40" } }',
  ...["shop", "all", "kube-system", "default"].map((namespace) => workload("web", { namespace, policy: HALF })),
  workload("plain", { namespace: "all" }),
  workload("wrong", { namespace: "shop", policy: { "spot-percentage": "many" } }),
);

for (const config of CONFIGS) {
  Deno.test(`policyReader() makes of each workload what the operator makes of it, with "${config}"`, async () => {
    const simulation = simulationOf({ manifests: NAMESPACES_OF_SCOPE, scenario: scenario(), config });
    const { world, clock, recorder } = await begin(simulation);
    await clock.run(clock.now() + 5_000);
    const { view, cache } = world.operator!.app.observer;
    const cached = new Map([...cache.workloads()].map((each) => [`${each.namespace}/${each.name}`, each]));
    const read = policyReader(simulation.config);
    const kinds = new Set<string>();
    for (const object of world.cluster.storage.all<Deployment>(DEPLOYMENTS)) {
      const { namespace, name } = object.metadata;
      const own = read(object, world.cluster.storage.get(NAMESPACES, { name: namespace! }));
      const seen = cached.get(`${namespace}/${name}`);
      const theirs = seen === undefined ? { kind: "unmanaged", why: OUT_OF_SCOPE } : view.policyOf(seen);
      assert.deepEqual(own, theirs, `${namespace}/${name}`);
      assert.deepEqual(recorder.workloads.get(`Deployment ${namespace}/${name}`)!.policy, theirs);
      kinds.add(own.kind);
    }
    assert.ok(kinds.size > 1, "all of them are treated alike: this shows nothing");
    await clock.complete(world.stop());
  });
}

Deno.test("play() tells of pods that no node can take, and does not take their floor for kept", async () => {
  const manifests = workload("web", { policy: HALF });
  const report = await reportOf({ manifests, scenario: scenario("", [group("spot")]) });
  const { trouble, minutesBelowFloor, minutesPending, spot, onDemand, replicas } = only(report);
  assert.match(
    trouble!,
    /^2 pods wait for a node at the end, for up to 30 minutes: 0\/2 nodes are available: /,
  );
  assert.deepEqual([spot, onDemand, replicas], [2, 0, 4]);
  // Ten minutes are left to a workload to start.
  assert.deepEqual([minutesBelowFloor, Math.round(minutesPending)], [20, 60]);
});

const UNREACHABLE = {
  metadata: { name: "somebody" },
  webhooks: [{
    name: "pods.somebody.example",
    admissionReviewVersions: ["v1"],
    clientConfig: { service: { name: "nobody", namespace: "nowhere", path: "/" } },
    sideEffects: "None",
    failurePolicy: "Fail",
    rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
  }],
};

for (const kind of ["Deployment", "StatefulSet"] as const) {
  Deno.test(`play() tells of a ${kind} whose pods the API server refuses`, async () => {
    const simulation = simulationOf({
      manifests: workload("web", { kind, policy: HALF }),
      scenario: scenario(),
    });
    const { world, clock, recorder, startMs } = await begin(simulation);
    await clock.complete(world.cluster.api.create(WEBHOOKS, UNREACHABLE));
    await clock.run(startMs + 60_000);
    recorder.finish();
    const trouble = recorder.troubles.get(`${kind} shop/web`)!;
    if (kind === "StatefulSet") assert.equal(trouble, "the API server refuses its pods");
    else {assert.match(
        trouble,
        /^the API server refuses its pods: .*failed calling webhook "pods\.somebody\.example"/,
      );}
    await clock.complete(world.stop());
  });
}

Deno.test("play() counts nothing of a workload without replicas", async () => {
  const report = await reportOf({
    manifests: workload("web", { replicas: 0, policy: HALF }),
    scenario: scenario(),
  });
  const { series: _, ...numbers } = only(report);
  assert.deepEqual(numbers, {
    kind: "Deployment",
    namespace: "shop",
    name: "web",
    policy: "50 % spot, at least 1 on-demand",
    isManaged: true,
    replicas: 0,
    spot: 0,
    onDemand: 0,
    spotAsked: 0,
    podsCreated: 0,
    evictions: 0,
    podsReclaimed: 0,
    minutesBelowFloor: 0,
    minutesOffSplit: 0,
    minutesPending: 0,
    recoverySeconds: undefined,
    isRecovered: true,
    cost: 0,
    costOnDemand: 0,
    saved: 0,
    trouble: undefined,
    heldMinutes: {},
  });
});

Deno.test("play() leaves a workload with an invalid policy alone, and says why", async () => {
  const manifests = workload("web", { policy: { "spot-percentage": "most" } });
  const report = await reportOf({
    manifests,
    scenario: scenario("events: [{ do: reclaim, at: 5m, group: spot, nodes: 2 }]"),
  });
  const { policy, isManaged, evictions } = only(report);
  const why =
    'spotalis.io/spot-percentage on the workload is "most", allowed is an integer from 0 to 100, such as "70" or "70%"';
  assert.deepEqual([policy, isManaged, evictions], [`left alone, invalid: ${why}`, false, 0]);
  const [warning] = report.timeline.filter(({ what }) => what === "warning");
  assert.equal(warning?.detail, `left alone, since its policy is invalid: ${why}`);
  assert.deepEqual([report.figures.podsCreated, report.figures.cost], [0, 0]);
});

Deno.test("play() counts a workload as managed that was so for a time, and says so when it ends", async () => {
  const annotate =
    'events: [{ do: annotate, at: 10m, workload: Deployment shop/web, annotations: { spotalis.io/min-on-demand: "-1" } }]';
  const report = await reportOf({ manifests: workload("web", { policy: HALF }), scenario: scenario(annotate) });
  const { isManaged, policy } = only(report);
  assert.equal(isManaged, true);
  assert.match(policy, /^left alone, invalid: spotalis\.io\/min-on-demand on the workload is "-1"/);
  assert.deepEqual(report.timeline.map(({ atMs, what }) => [atMs, what]), [[600_000, "policy"], [
    600_000,
    "warning",
  ]]);
  // Asked for while it was managed: a third of the time, of what is then a half.
  assert.equal(report.figures.spotShareAsked, 0.5);
  assert.equal(report.figures.podsCreated, 4);
});

Deno.test("play() has figures of a workload that an event makes a managed one", async () => {
  const namespace =
    'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { spotalis.io/enabled: "true" } }';
  const annotate =
    'events: [{ do: annotate, at: 10m, workload: Deployment shop/web, annotations: { spotalis.io/spot-percentage: "100" } }]';
  const manifests = documents(namespace, workload("web"), workload("api"));
  const { figures, workloads } = await reportOf({ manifests, scenario: scenario(annotate) });
  assert.deepEqual(workloads.map(({ isManaged }) => isManaged), [true, false]);
  assert.equal(figures.podsCreated, workloads[0]!.podsCreated);
  assert.deepEqual([workloads[0]!.spot, figures.spotShareAsked], [4, 1]);
});

Deno.test("play() ends what it counts of a workload that is deleted", async () => {
  const simulation = simulationOf({ manifests: workload("web", { policy: HALF }), scenario: scenario() });
  const { world, clock, recorder, startMs } = await begin(simulation);
  await clock.run(startMs + 600_000);
  world.cluster.api.delete(DEPLOYMENTS, { namespace: "shop", name: "web" });
  await clock.run(startMs + 1_800_000);
  recorder.finish();
  const { replicas, spot, onDemand, overTime, sums } = recorder.workloads.get("Deployment shop/web")!;
  assert.deepEqual([replicas, spot, onDemand], [0, 0, 0]);
  assert.equal(overTime.belowFloor.reduce((a, b) => a + b, 0), 0);
  assert.equal(sums.managedMs, 4 * 600_000);
  await clock.complete(world.stop());
});

Deno.test("Recorder counts nothing that comes after its end", async () => {
  const simulation = simulationOf({ manifests: workload("web", { policy: HALF }), scenario: scenario() });
  const { world, clock, recorder, startMs } = await begin(simulation);
  await clock.run(startMs + simulation.scenario.lengthMs);
  recorder.finish();
  const before = JSON.stringify(variantReportOf(recorder, simulation));
  world.cluster.cloud.reclaim("spot", 2);
  await clock.run(clock.now() + 600_000);
  recorder.logEntry({ level: "error", message: "late", fields: {} });
  assert.equal(JSON.stringify(variantReportOf(recorder, simulation)), before);
  await clock.complete(world.stop());
});

Deno.test("play() tells when an outage is over, and who has not recovered from a reclaim", async () => {
  const events = "events: [{ do: outage, at: 20m, group: spot, for: 15m, takeNodes: true }]";
  const manifests = workload("web", { policy: { ...HALF, "spot-fallback": "off" } });
  const report = await reportOf({ manifests, scenario: scenario(events) });
  const [outage] = report.timeline;
  assert.deepEqual([outage!.what, outage!.atMs, outage!.untilMs], ["outage", 1_200_000, 2_100_000]);
  assert.deepEqual([only(report).isRecovered, report.figures.unrecovered], [false, 1]);
  assert.equal(report.figures.recoverySeconds, undefined);
});

Deno.test("play() counts a pod as reclaimed that comes onto a node which is on its way out", async () => {
  const pod = { tolerations: [{ operator: "Exists" }], nodeSelector: { "karpenter.sh/capacity-type": "spot" } };
  const manifests = documents(workload("web", { replicas: 1, pod }), workload("db", { replicas: 2, pod }));
  const events =
    "events: [{ do: reclaim, at: 5m, group: spot, nodes: 2 }, { do: scale, at: 6m, workload: Deployment shop/web, replicas: 3 }]";
  const { workloads } = await reportOf({
    manifests,
    scenario: scenario(`autoscaler: { enabled: false }\n${events}`),
  });
  const web = workloads.find(({ name }) => name === "web")!;
  assert.ok(web.podsReclaimed >= 3, `${web.podsReclaimed}`);
});

Deno.test("play() takes reclaims that overlap for one to recover from, since the first", async () => {
  const events = "events: [{ do: reclaim, at: 5m, group: spot }, { do: reclaim, at: 6m30s, group: spot }]";
  const pods = "pods: { startup: 4m, startupJitter: 0s }";
  const manifests = workload("web", { replicas: 8, policy: { "spot-percentage": "100" } });
  const { recoverySeconds } = only(await reportOf({ manifests, scenario: scenario(`${pods}\n${events}`) }));
  assert.ok(recoverySeconds!.median > 90 + 240, `${recoverySeconds!.median}`);
  assert.equal(recoverySeconds!.median, recoverySeconds!.longest);
});

Deno.test("play() has no workload below its floor that is only starting, and no period hatched for it", async () => {
  const manifests = workload("web", { replicas: 6, policy: { "spot-percentage": "50", "min-on-demand": "3" } });
  const { minutesBelowFloor, series } = only(await reportOf({ manifests, scenario: scenario() }));
  assert.equal(minutesBelowFloor, 0);
  assert.ok(series.belowFloor.every((minutes) => minutes === 0));
  assert.deepEqual([series.ready[0], series.readyOnDemand[0], series.floor[0]], [6, 3, 3]);
});
