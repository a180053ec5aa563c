import assert from "node:assert/strict";
import { sleep } from "../../../src/runtime/clock.ts";
import { badRequest } from "../../../src/sim/api/failure.ts";
import { Deployments } from "../../../src/sim/controllers/deployments.ts";
import { ReplicaSets } from "../../../src/sim/controllers/replica_sets.ts";
import {
  conditionOf,
  type Deployment,
  isTerminating,
  type Pod,
  type PodTemplate,
  type ReplicaSet,
} from "../../../src/sim/objects.ts";
import { DEPLOYMENTS, PODS, REPLICA_SETS } from "../../../src/sim/resources.ts";
import { type BenchOptions, type ControllerBench, onBench } from "../support/controller_bench.ts";
import { deployment, template } from "../support/workloads.ts";

const REVISION = "deployment.kubernetes.io/revision";

function story(tell: (bench: ControllerBench) => Promise<void>, options?: BenchOptions): () => Promise<void> {
  return () => onBench((deps) => [new Deployments(deps), new ReplicaSets(deps)], tell, options);
}

function web(bench: ControllerBench): Deployment {
  return bench.get<Deployment>(DEPLOYMENTS, "web");
}

function edit(bench: ControllerBench, spec: Partial<Deployment["spec"]>): void {
  bench.edit<Deployment>(DEPLOYMENTS, "web", (each) => ({ ...each, spec: { ...each.spec, ...spec } }));
}

/** The ReplicaSets, by revision. */
function sets(bench: ControllerBench): ReplicaSet[] {
  const revision = ({ metadata }: ReplicaSet) => Number(metadata.annotations![REVISION]);
  return bench.all<ReplicaSet>(REPLICA_SETS).sort((a, b) => revision(a) - revision(b));
}

/** `IMAGE=SIZE` of each ReplicaSet, by revision. */
function sizes(bench: ControllerBench): string[] {
  return sets(bench).map(({ spec }) => `${spec.template.spec.containers[0]!.image}=${spec.replicas}`);
}

function progress(bench: ControllerBench): string {
  const { status, reason } = conditionOf(web(bench), "Progressing")!;
  return `${status} ${reason}`;
}

/** Scalings so far, with the images of the ReplicaSets. */
function scalings(bench: ControllerBench): string[] {
  const images = new Map(
    sets(bench).map(({ metadata, spec }) => [metadata.name, spec.template.spec.containers[0]!.image]),
  );
  return bench.events.filter((event) => event.startsWith("Deployment/web ScalingReplicaSet"))
    .map((event) =>
      event.replace(/^.*Scaled /, "").replace(/replica set (\S+)/, (_, name) => images.get(name) ?? "gone")
    );
}

Deno.test(
  "a Deployment makes a ReplicaSet of its template, and reports it",
  story(async (bench) => {
    const given = deployment({ minReadySeconds: 2 });
    const annotations = { note: "x", "kubectl.kubernetes.io/last-applied-configuration": "{}" };
    const { metadata: { uid } } = await bench.create(DEPLOYMENTS, {
      ...given,
      metadata: { name: "web", annotations },
    });
    await bench.pass(10);
    const [set] = sets(bench);
    const hash = set!.metadata.labels!["pod-template-hash"]!;
    assert.equal(set!.metadata.name, `web-${hash}`);
    assert.deepEqual(set!.metadata.labels, { app: "web", "pod-template-hash": hash });
    assert.deepEqual(set!.metadata.annotations, {
      note: "x",
      [REVISION]: "1",
      "deployment.kubernetes.io/desired-replicas": "3",
      "deployment.kubernetes.io/max-replicas": "4",
    });
    assert.deepEqual(set!.metadata.ownerReferences, [
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        name: "web",
        uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);
    assert.deepEqual(set!.spec, {
      replicas: 3,
      minReadySeconds: 2,
      selector: { matchLabels: { app: "web", "pod-template-hash": hash } },
      template: { ...template(), metadata: { labels: { app: "web", "pod-template-hash": hash } } },
    });
    assert.equal(web(bench).metadata.annotations![REVISION], "1");
    assert.deepEqual(web(bench).status, {
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      terminatingReplicas: 0,
      conditions: [
        {
          type: "Available",
          status: "True",
          reason: "MinimumReplicasAvailable",
          message: "Deployment has minimum availability.",
          lastUpdateTime: "2026-01-05T12:00:03Z",
          lastTransitionTime: "2026-01-05T12:00:03Z",
        },
        {
          type: "Progressing",
          status: "True",
          reason: "NewReplicaSetAvailable",
          message: `ReplicaSet "web-${hash}" has successfully progressed.`,
          lastUpdateTime: "2026-01-05T12:00:03Z",
          lastTransitionTime: "2026-01-05T12:00:00Z",
        },
      ],
    });
    assert.deepEqual(scalings(bench), ["up web:1 from 0 to 3"]);
  }),
);

Deno.test(
  "a rolling update with neither surge to spare nor haste replaces one pod after the other",
  story(async (bench) => {
    const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } as const;
    await bench.create(DEPLOYMENTS, deployment({ strategy }));
    await bench.pass(10);
    bench.events.length = 0;
    let [least, most] = [Infinity, 0];
    bench.storage.onChange(() => {
      const active = bench.pods.filter((pod) => !isTerminating(pod));
      most = Math.max(most, active.length);
      least = Math.min(least, active.filter((pod) => conditionOf(pod, "Ready")?.status === "True").length);
    });
    edit(bench, { template: template("web:2") });
    await bench.pass(30);
    assert.deepEqual(sizes(bench), ["web:1=0", "web:2=3"]);
    assert.deepEqual([least, most], [3, 4]);
    assert.deepEqual(scalings(bench), [
      "up web:2 from 0 to 1",
      "down web:1 from 3 to 2",
      "up web:2 from 1 to 2",
      "down web:1 from 2 to 1",
      "up web:2 from 2 to 3",
      "down web:1 from 1 to 0",
    ]);
    assert.equal(progress(bench), "True NewReplicaSetAvailable");
  }),
);

Deno.test("Recreate waits until the last old pod is gone", () => {
  return story(async (bench) => {
    await bench.create(DEPLOYMENTS, deployment({ strategy: { type: "Recreate" } }));
    await bench.pass(10);
    edit(bench, { template: template("web:2") });
    await bench.pass(19);
    assert.deepEqual(sizes(bench), ["web:1=0"]);
    assert.ok(bench.pods.length === 3 && bench.pods.every(isTerminating));
    await bench.pass(2);
    assert.deepEqual(sizes(bench), ["web:1=0", "web:2=3"]);
    assert.equal(bench.pods.length, 3);
    await bench.pass(5);
    assert.equal(progress(bench), "True NewReplicaSetAvailable");
  }, { stopMs: 20_000 })();
});

Deno.test(
  "Recreate does not wait for old pods that have ended by themselves",
  story(async (bench) => {
    await bench.create(DEPLOYMENTS, deployment({ replicas: 1, strategy: { type: "Recreate" } }));
    await bench.pass(10);
    bench.setPodStatus(bench.pods[0]!.metadata.name, { phase: "Failed" });
    await bench.pass(10);
    edit(bench, { template: template("web:2") });
    await bench.pass(10);
    assert.deepEqual(sizes(bench), ["web:1=0", "web:2=1"]);
  }),
);

Deno.test(
  "a paused Deployment scales and rolls nothing out, and goes on when it is resumed",
  story(async (bench) => {
    await bench.create(DEPLOYMENTS, deployment());
    await bench.pass(10);
    edit(bench, { paused: true, template: template("web:2") });
    await bench.pass(700);
    assert.equal(progress(bench), "Unknown DeploymentPaused");
    edit(bench, { replicas: 5 });
    await bench.pass(10);
    assert.deepEqual(sizes(bench), ["web:1=5"]);
    const { updatedReplicas, availableReplicas, observedGeneration } = web(bench).status!;
    assert.deepEqual([updatedReplicas, availableReplicas, observedGeneration], [undefined, 5, 3]);
    edit(bench, { paused: false });
    await bench.pass(0.2);
    assert.match(
      progress(bench),
      /^(Unknown DeploymentResumed|True NewReplicaSetCreated|True ReplicaSetUpdated)$/,
    );
    await bench.pass(30);
    assert.deepEqual(sizes(bench), ["web:1=0", "web:2=5"]);
    assert.equal(progress(bench), "True NewReplicaSetAvailable");
  }),
);

Deno.test(
  "an old template that is asked for again gets its ReplicaSet back, as the newest revision",
  story(async (bench) => {
    await bench.create(DEPLOYMENTS, deployment());
    for (const image of ["web:2", "web:1", "web:2"]) {
      await bench.pass(30);
      edit(bench, { template: template(image) });
    }
    await bench.pass(30);
    assert.deepEqual(sizes(bench), ["web:1=0", "web:2=3"]);
    const [one, two] = sets(bench).map(({ metadata }) => metadata.annotations!);
    const history = "deployment.kubernetes.io/revision-history";
    assert.deepEqual([one![REVISION], one![history]], ["3", "1"]);
    assert.deepEqual([two![REVISION], two![history]], ["4", "2"]);
    assert.equal(web(bench).metadata.annotations![REVISION], "4");
  }),
);

Deno.test(
  "so many old revisions are kept as revisionHistoryLimit says",
  story(async (bench) => {
    await bench.create(DEPLOYMENTS, deployment({ replicas: 1, revisionHistoryLimit: 2 }));
    for (let i = 2; i <= 6; i++) {
      await bench.pass(30);
      edit(bench, { template: template(`web:${i}`) });
    }
    await bench.pass(30);
    assert.deepEqual(sizes(bench), ["web:4=0", "web:5=0", "web:6=1"]);
  }),
);

Deno.test(
  "old revisions beyond the limit are forgotten also while a Deployment is paused",
  story(async (bench) => {
    await bench.create(DEPLOYMENTS, deployment());
    await bench.pass(10);
    edit(bench, { template: template("web:2") });
    await bench.pass(30);
    edit(bench, { paused: true, revisionHistoryLimit: 0 });
    await bench.pass(10);
    assert.deepEqual(sizes(bench), ["web:2=3"]);
  }),
);

Deno.test(
  "a rollout that does not get on is said to have timed out, and may still complete",
  story(async (bench) => {
    await bench.create(DEPLOYMENTS, deployment({ progressDeadlineSeconds: 60 }));
    await bench.pass(10);
    bench.isStuck = ({ spec }) => spec.containers[0]!.image === "web:2";
    edit(bench, { template: template("web:2") });
    await bench.pass(55);
    assert.equal(progress(bench), "True ReplicaSetUpdated");
    await bench.pass(10);
    const { name } = sets(bench)[1]!.metadata;
    assert.equal(progress(bench), "False ProgressDeadlineExceeded");
    assert.equal(
      conditionOf(web(bench), "Progressing")!.message,
      `ReplicaSet "${name}" has timed out progressing.`,
    );
    assert.equal(conditionOf(web(bench), "Available")!.status, "True");
    bench.isStuck = () => false;
    edit(bench, { template: template("web:3") });
    await bench.pass(30);
    assert.deepEqual(sizes(bench), ["web:1=0", "web:2=0", "web:3=3"]);
    assert.equal(progress(bench), "True NewReplicaSetAvailable");
  }),
);

Deno.test(
  "without enough pods a Deployment is not available, and says so",
  story(async (bench) => {
    bench.isStuck = () => true;
    await bench.create(DEPLOYMENTS, deployment({ replicas: 4 }));
    await bench.pass(10);
    const { status, reason, message } = conditionOf(web(bench), "Available")!;
    assert.deepEqual([status, reason], ["False", "MinimumReplicasUnavailable"]);
    assert.equal(message, "Deployment does not have minimum availability.");
    assert.equal(web(bench).status!.unavailableReplicas, 4);
    bench.isStuck = () => false;
    for (const { metadata: { name } } of bench.pods.slice(0, 3)) {
      bench.setPodStatus(name, { phase: "Running", conditions: [{ type: "Ready", status: "True" }] });
    }
    await bench.pass(1);
    assert.equal(conditionOf(web(bench), "Available")!.status, "True");
  }),
);

Deno.test(
  "annotations and minReadySeconds of a Deployment reach its ReplicaSet without a rollout",
  story(async (bench) => {
    await bench.create(DEPLOYMENTS, deployment());
    await bench.pass(10);
    bench.edit<Deployment>(DEPLOYMENTS, "web", (each) => ({
      ...each,
      metadata: { ...each.metadata, annotations: { ...each.metadata.annotations, note: "new" } },
      spec: { ...each.spec, minReadySeconds: 5 },
    }));
    await bench.pass(10);
    const [set, ...others] = sets(bench);
    assert.deepEqual([set!.metadata.annotations!.note, set!.spec.minReadySeconds, others.length], [
      "new",
      5,
      0,
    ]);
    assert.equal(set!.metadata.annotations![REVISION], "1");
  }),
);

Deno.test("a ReplicaSet that may not be made is told of and tried again; a failure of its pods is passed on", () => {
  const denied = new Set<unknown>([REPLICA_SETS]);
  const admit: BenchOptions["admit"] = (_, { type, object }) => {
    if (denied.has(type)) throw badRequest("not today");
    return object;
  };
  return story(async (bench) => {
    await bench.create(DEPLOYMENTS, deployment());
    await bench.pass(3);
    assert.equal(progress(bench), "False ReplicaSetCreateError");
    assert.match(
      bench.events[0]!,
      /^Deployment\/web ReplicaSetCreateError Failed to create new replica set "web-\w+": not today$/,
    );
    denied.clear();
    denied.add(PODS);
    await bench.pass(3);
    assert.equal(progress(bench), "True NewReplicaSetCreated");
    const { status, reason, message } = conditionOf(web(bench), "ReplicaFailure")!;
    assert.deepEqual([status, reason, message], ["True", "FailedCreate", "not today"]);
    denied.clear();
    await bench.pass(10);
    assert.equal(conditionOf(web(bench), "ReplicaFailure"), undefined);
    assert.equal(progress(bench), "True NewReplicaSetAvailable");
  }, { admit })();
});

Deno.test("what is asked for while a ReplicaSet is being admitted is not undone", () => {
  const admit: BenchOptions["admit"] = async (bench, { type, object }) => {
    if (type === REPLICA_SETS) await sleep(bench.clock, 5_000, new AbortController().signal);
    return object;
  };
  return story(async (bench) => {
    await bench.create(DEPLOYMENTS, deployment());
    await bench.pass(2);
    edit(bench, { replicas: 6, template: template("web:2") });
    await bench.pass(60);
    assert.deepEqual(sizes(bench), ["web:1=0", "web:2=6"]);
    assert.equal(progress(bench), "True NewReplicaSetAvailable");
  }, { admit })();
});

Deno.test(
  "a template that says the same in another order is no new one",
  story(async (bench) => {
    await bench.create(DEPLOYMENTS, deployment());
    await bench.pass(10);
    const { metadata, spec } = template();
    const reordered: PodTemplate = {
      spec: { containers: spec.containers.map(({ name, image }) => ({ image, name })) },
      metadata: metadata!,
    };
    edit(bench, { template: reordered });
    await bench.pass(10);
    assert.deepEqual(sizes(bench), ["web:1=3"]);
    assert.equal(bench.all<Pod>(PODS).length, 3);
  }),
);
