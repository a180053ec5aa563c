import assert from "node:assert/strict";
import { eventually } from "./support/eventually.ts";
import type { Json } from "./support/json.ts";
import {
  CAPACITY_LABEL,
  NODES_EACH,
  type Play,
  type Scenario,
  type Scene,
  type Stage,
} from "./support/stage.ts";
import { deployment } from "./support/workloads.ts";

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

function withAffinity(terms: Json[]): Json {
  return { affinity: { nodeAffinity: { [REQUIRED]: { nodeSelectorTerms: terms } } } };
}

async function comesUp({ apply, witness }: Scene, template: Json, replicas = 4): Promise<Json[]> {
  await apply(deployment({ name: "web", replicas, percentage: 50, template }));
  await witness.settled("web", replicas);
  return witness.of("web").map((pod) => pod.object);
}

async function act(play: Play, { operator, clock }: Stage): Promise<void> {
  await play("a nodeSelector with other keys is kept", async (scene) => {
    const pods = await comesUp(scene, { spec: { nodeSelector: { "kubernetes.io/arch": "amd64" } } });
    assert.ok(pods.every((pod) => pod.spec.nodeSelector["kubernetes.io/arch"] === "amd64"));
    assert.deepEqual(scene.witness.split("web"), { spot: 2, onDemand: 2, unbound: 0 });
  });

  await play("a nodeSelector on the capacity label is replaced", async (scene) => {
    await comesUp(scene, { spec: { nodeSelector: { [CAPACITY_LABEL]: "spot", "kubernetes.io/os": "linux" } } });
    assert.deepEqual(scene.witness.split("web"), { spot: 2, onDemand: 2, unbound: 0 });
  });

  await play("several OR-ed terms of node affinity are each extended", async (scene) => {
    const terms = [
      { matchExpressions: [{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] }] },
      { matchExpressions: [{ key: "kubernetes.io/os", operator: "Exists" }] },
    ];
    const pods = await comesUp(scene, { spec: withAffinity(terms) });
    assert.deepEqual(scene.witness.split("web"), { spot: 2, onDemand: 2, unbound: 0 });
    for (const pod of pods) {
      const { nodeSelectorTerms } = pod.spec.affinity.nodeAffinity[REQUIRED];
      assert.equal(nodeSelectorTerms.length, 2);
      const isOnDemand = pod.metadata.labels["spotalis.io/capacity"] === "on-demand";
      for (const [i, term] of nodeSelectorTerms.entries()) {
        const keys = term.matchExpressions.map(({ key }: Json) => key);
        assert.deepEqual(keys, [terms[i]!.matchExpressions[0]!.key, ...isOnDemand ? [CAPACITY_LABEL] : []]);
      }
    }
  });

  await play("required affinity that names the capacity label is left alone, with an Event", async (scene) => {
    const pinned = [{ matchExpressions: [{ key: CAPACITY_LABEL, operator: "In", values: ["spot"] }] }];
    const pods = await comesUp(scene, { spec: withAffinity(pinned) });
    assert.deepEqual(scene.witness.split("web"), { spot: 4, onDemand: 0, unbound: 0 });
    for (const pod of pods) {
      assert.equal(pod.metadata.labels["spotalis.io/capacity"], undefined);
      assert.deepEqual(pod.spec.affinity.nodeAffinity[REQUIRED].nodeSelectorTerms, pinned);
    }
    await eventually(clock, async () => {
      const written = await scene.events("PinnedByTemplate");
      assert.equal(written.length, 1);
      assert.match(written[0].note, /karpenter.sh\/capacity-type/);
    });
    const isHeld = (line: Json) => line.namespace === scene.namespace && line.reason === "protected";
    assert.match(String((await operator.logged(isHeld)).detail), /pinned by its template/);
    assert.equal(scene.witness.evicted.size, 0);
  });

  await play("a pod-deletion-cost of the template's own is kept", async (scene) => {
    const cost = { "controller.kubernetes.io/pod-deletion-cost": "100" };
    const pods = await comesUp(scene, { annotations: cost });
    assert.ok(
      pods.every((pod) => pod.metadata.annotations["controller.kubernetes.io/pod-deletion-cost"] === "100"),
    );
    assert.deepEqual(scene.witness.slots("web"), [0, 1, 2, 3]);
  });

  await play(
    "pods of anything but a ReplicaSet of a Deployment, or a StatefulSet, are untouched",
    async (scene) => {
      const { apply, unique, namespace, witness } = scene;
      const spec = {
        containers: [{ name: "main", image: "example.io/none" }],
        terminationGracePeriodSeconds: 1,
      };
      const metadata = {
        labels: { "spotalis.io/enabled": "true" },
        annotations: { "spotalis.io/spot-percentage": "50" },
      };
      const template = (app: string, extra = {}) => ({
        metadata: { labels: { app } },
        spec: { ...spec, ...extra },
      });
      const selector = (app: string) => ({ selector: { matchLabels: { app } } });
      const owner = {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Rollout",
        name: "r",
        uid: unique(),
        controller: true,
      };
      const objects = [
        {
          apiVersion: "v1",
          kind: "Pod",
          metadata: { ...metadata, name: "bare", labels: { app: "bare" } },
          spec,
        },
        {
          apiVersion: "batch/v1",
          kind: "Job",
          metadata: { ...metadata, name: "job" },
          spec: { template: template("job", { restartPolicy: "Never" }) },
        },
        {
          apiVersion: "apps/v1",
          kind: "DaemonSet",
          metadata: { ...metadata, name: "daemon" },
          spec: { ...selector("daemon"), template: template("daemon") },
        },
        {
          apiVersion: "apps/v1",
          kind: "ReplicaSet",
          metadata: { ...metadata, name: "lone" },
          spec: { ...selector("lone"), replicas: 2, template: template("lone") },
        },
        {
          apiVersion: "apps/v1",
          kind: "ReplicaSet",
          metadata: { ...metadata, name: "rollout", ownerReferences: [owner] },
          spec: { ...selector("rollout"), replicas: 2, template: template("rollout") },
        },
      ];
      await apply(...objects);
      const apps = ["bare", "job", "daemon", "lone", "rollout"];
      const count = () => apps.map((app) => witness.of(app).length);
      await witness.until(
        () => count().every((pods) => pods > 0) && witness.of("daemon").length >= 2 * NODES_EACH,
        {
          what: "all",
        },
      );
      for (const { object } of witness.pods.values()) isUntouched(object);
      assert.deepEqual(JSON.parse(await operator.cli("plan", "-o", "json", "-n", namespace)).workloads, []);
      assert.equal(witness.evicted.size, 0);
    },
  );

  await play("fault 49: a static pod's mirror is untouched", async ({ apply, witness }) => {
    // A mirror pod is bound when it is made, and only a kubelet may make one: the administrator may too.
    await apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "mirror",
        labels: { app: "mirror", "spotalis.io/enabled": "true" },
        annotations: { "kubernetes.io/config.mirror": "abc", "spotalis.io/spot-percentage": "50" },
      },
      spec: {
        containers: [{ name: "main", image: "example.io/none" }],
        terminationGracePeriodSeconds: 1,
        nodeName: "spot-0",
      },
    });
    await witness.settled("mirror", 1);
    isUntouched(witness.of("mirror")[0]!.object);
    assert.equal(witness.evicted.size, 0);
  });
}

function isUntouched({ metadata }: Json): void {
  assert.equal(metadata.labels["spotalis.io/capacity"], undefined, metadata.name);
  assert.equal(metadata.annotations?.["spotalis.io/slot"], undefined, metadata.name);
}

export const SCENARIOS: readonly Scenario[] = [{ options: { name: "templates" }, act }];
