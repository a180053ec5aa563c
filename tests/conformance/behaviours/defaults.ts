import assert from "node:assert/strict";
import type { Behaviour } from "../api.ts";
import { ok } from "../expect.ts";
import { budget, workload } from "../objects.ts";
import { resource } from "../resource.ts";

const CONTAINER = {
  resources: {},
  terminationMessagePath: "/dev/termination-log",
  terminationMessagePolicy: "File",
};

const POD_SPEC = {
  restartPolicy: "Always",
  terminationGracePeriodSeconds: 30,
  dnsPolicy: "ClusterFirst",
  securityContext: {},
};

/** A pod of the fewest fields. */
function least(image: string) {
  return { containers: [{ name: "main", image, ports: [{ containerPort: 80 }] }] };
}

export const DEFAULTS: readonly Behaviour[] = [
  {
    name: "a pod gets its defaults",
    async run(api) {
      const object = { metadata: { name: "a" }, spec: { ...least("none"), nodeSelector: { no: "node" } } };
      const { spec } = ok(await resource(api, "pods").create(object), 201);
      const onTrouble = (key: string) => ({
        key,
        operator: "Exists",
        effect: "NoExecute",
        tolerationSeconds: 300,
      });
      assert.deepEqual(spec, {
        ...POD_SPEC,
        containers: [{
          name: "main",
          image: "none",
          ports: [{ containerPort: 80, protocol: "TCP" }],
          imagePullPolicy: "Always",
          ...CONTAINER,
        }],
        nodeSelector: { no: "node" },
        schedulerName: "default-scheduler",
        tolerations: [onTrouble("node.kubernetes.io/not-ready"), onTrouble("node.kubernetes.io/unreachable")],
        priority: 0,
        enableServiceLinks: true,
        preemptionPolicy: "PreemptLowerPriority",
      });
    },
  },
  {
    name: "a workload gets its defaults",
    async run(api) {
      const template = { metadata: { labels: { app: "a" } }, spec: least("none:1") };
      const made = async (name: "deployments" | "replicasets" | "statefulsets", kind: string) => {
        const object = workload(kind, "a", { template, replicas: undefined });
        const { replicas, selector: _, template: { spec }, ...rest } = ok(
          await resource(api, name).create(object, { dryRun: "All" }),
          201,
        ).spec;
        assert.equal(replicas, 1);
        assert.deepEqual(spec, {
          ...POD_SPEC,
          containers: [{
            name: "main",
            image: "none:1",
            ports: [{ containerPort: 80, protocol: "TCP" }],
            imagePullPolicy: "IfNotPresent",
            ...CONTAINER,
          }],
          schedulerName: "default-scheduler",
        });
        return rest;
      };
      assert.deepEqual(await made("deployments", "Deployment"), {
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } },
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
      });
      assert.deepEqual(await made("replicasets", "ReplicaSet"), {});
      assert.deepEqual(await made("statefulsets", "StatefulSet"), {
        serviceName: "a",
        podManagementPolicy: "OrderedReady",
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
        revisionHistoryLimit: 10,
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      });
    },
  },
  {
    name: "a budget that its controller has not seen allows nothing",
    async run(api) {
      const object = budget("a", { selector: { matchLabels: { app: "a" } }, maxUnavailable: 1 });
      const { spec, status } = ok(await resource(api, "poddisruptionbudgets").create(object), 201);
      assert.deepEqual(spec, { selector: { matchLabels: { app: "a" } }, maxUnavailable: 1 });
      assert.deepEqual(status, {
        disruptionsAllowed: 0,
        currentHealthy: 0,
        desiredHealthy: 0,
        expectedPods: 0,
      });
    },
  },
];
