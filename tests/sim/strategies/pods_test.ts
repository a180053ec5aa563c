import assert from "node:assert/strict";
import type { ApiObject, Deployment, Pod, PodSpec } from "../../../src/sim/objects.ts";
import { DEPLOYMENTS, PODS } from "../../../src/sim/resources.ts";
import { STRATEGIES } from "../../../src/sim/strategies/strategies.ts";

const pods = STRATEGIES.get(PODS)!;

function podOf(spec: PodSpec, labels: Record<string, string> = { app: "a" }): ApiObject {
  const metadata = {
    name: "a-1",
    namespace: "a",
    uid: "u",
    resourceVersion: "",
    creationTimestamp: "",
    labels,
  };
  return { kind: "Pod", apiVersion: "v1", metadata, spec };
}

function storedTemplate(): PodSpec {
  const deployment = {
    metadata: { name: "a" },
    spec: {
      template: { spec: { containers: [{ name: "c", image: "nginx", resources: { limits: { cpu: "1" } } }] } },
    },
  } as unknown as ApiObject;
  return (STRATEGIES.get(DEPLOYMENTS)!.defaults!(deployment) as Deployment).spec.template.spec;
}

Deno.test("all pods of one template share their spec and their first status", () => {
  const template = storedTemplate();
  const [one, other] = [1, 2].map(() => pods.created!(pods.defaults!(podOf(template))) as Pod);
  assert.equal(one!.spec, other!.spec);
  assert.equal(one!.status, other!.status);
  assert.notEqual(one!.spec, template);
  assert.equal(pods.defaults!(one!), one);
});

Deno.test("a pod that a webhook has changed keeps all that it did not change", () => {
  const pod = pods.defaults!(podOf(storedTemplate())) as Pod;
  const placed = { ...pod, spec: { ...pod.spec, nodeSelector: { capacity: "spot" } } } as Pod;
  const again = pods.defaults!(placed) as Pod;
  assert.equal(again, placed);
  assert.equal(again.spec.containers, pod.spec.containers);
  assert.deepEqual(pods.validate!(again, undefined), []);
});

Deno.test("what is asked for in a pod, and only limited in its template, is told of the pod only", () => {
  const template = storedTemplate();
  assert.deepEqual(template.containers[0]!.resources, { limits: { cpu: "1" } });
  const { spec } = pods.defaults!(podOf(template)) as Pod;
  assert.deepEqual(spec.containers[0]!.resources, { limits: { cpu: "1" }, requests: { cpu: "1" } });
});

Deno.test("a spec that is valid is still looked at with other labels, and another spec with the same ones", () => {
  const template = storedTemplate();
  assert.deepEqual(pods.validate!(pods.defaults!(podOf(template)), undefined), []);
  const badLabels = pods.validate!(pods.defaults!(podOf(template, { "a b": "" })), undefined);
  assert.deepEqual(badLabels.map(({ field }) => field), ["metadata.labels"]);
  const badSpec = { ...template, restartPolicy: "X" };
  const problems = pods.validate!(pods.defaults!(podOf(badSpec)), undefined);
  assert.deepEqual(problems.map(({ field }) => field), ["spec.restartPolicy"]);
});
