import assert from "node:assert/strict";
import { type Answer, type Api, type Behaviour, type Json, until } from "../api.ts";
import { notFound, ok, refused } from "../expect.ts";
import { type BareNode, bareNode, budget, pod, runningPod } from "../objects.ts";
import { resource } from "../resource.ts";

/** Evicts; `deleteOptions` and other fields of the Eviction in `more`. */
function evict(api: Api, name: string, more: Json = {}): Promise<Answer> {
  const body = {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { name, namespace: api.namespace },
    ...more,
  };
  return api.request("POST", resource(api, "pods").path(name, "eviction"), { body });
}

function allowed(answer: Answer): void {
  assert.deepEqual(ok(answer, 201), {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    code: 201,
  });
}

/** A budget stands in the way, for this reason; no header says when to try again. */
function blocked(answer: Answer, message: string): void {
  refused(answer, {
    code: 429,
    reason: "TooManyRequests",
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: { causes: [{ reason: "DisruptionBudget", message }] },
  });
  assert.equal(answer.headers.get("retry-after"), null);
}

const LABELS = { app: "web" };
const SELECTOR = { matchLabels: LABELS };

/** Makes a budget over the pods of `LABELS`; its status once `healthy` pods are counted. */
async function makeBudget(api: Api, spec: Json, { name = "a", healthy }: { name?: string; healthy: number }) {
  const budgets = resource(api, "poddisruptionbudgets");
  ok(await budgets.create(budget(name, { selector: SELECTOR, ...spec })), 201);
  return await seen(api, { name, healthy });
}

async function seen(api: Api, { name = "a", healthy }: { name?: string; healthy: number }): Promise<Json> {
  const check = async () => {
    const { metadata, status } = ok(await resource(api, "poddisruptionbudgets").get(name));
    return status.observedGeneration === metadata.generation && status.currentHealthy === healthy && status;
  };
  return await until(api, { what: `budget ${name} counts ${healthy} healthy pods`, check });
}

async function makePods(api: Api, node: BareNode, names: readonly string[]): Promise<void> {
  for (const name of names) await runningPod(api, name, { node, labels: LABELS });
}

async function isGoing(api: Api, name: string): Promise<boolean> {
  const { status, body } = await resource(api, "pods").get(name);
  return status === 404 || body.metadata.deletionTimestamp !== undefined;
}

export const EVICTION: readonly Behaviour[] = [
  {
    name: "an eviction gives a pod its grace period, and says so in a condition",
    async run(api) {
      await using node = await bareNode(api);
      await runningPod(api, "a", { node });
      allowed(await evict(api, "a"));
      const { metadata, status } = ok(await resource(api, "pods").get("a"));
      assert.equal(metadata.deletionGracePeriodSeconds, 30);
      const { lastTransitionTime, ...condition } = status.conditions.find((c: Json) =>
        c.type === "DisruptionTarget"
      );
      assert.ok(lastTransitionTime);
      assert.deepEqual({ ...condition, lastProbeTime: null }, {
        type: "DisruptionTarget",
        status: "True",
        lastProbeTime: null,
        reason: "EvictionByEvictionAPI",
        message: "Eviction API: evicting",
      });
    },
  },
  {
    name: "an eviction of a pod that is going already: 201; of one that is not there: 404",
    async run(api) {
      await using node = await bareNode(api);
      await runningPod(api, "a", { node });
      allowed(await evict(api, "a"));
      allowed(await evict(api, "a"));
      notFound(await evict(api, "b"), "pods", "b");
    },
  },
  {
    name: "an eviction takes the options of a delete",
    async run(api) {
      await using node = await bareNode(api);
      await runningPod(api, "a", { node });
      allowed(await evict(api, "a", { deleteOptions: { gracePeriodSeconds: 3 } }));
      assert.equal(ok(await resource(api, "pods").get("a")).metadata.deletionGracePeriodSeconds, 3);
    },
  },
  {
    name: "an eviction under a precondition that does not hold: 409",
    async run(api) {
      await using node = await bareNode(api);
      const { metadata: { uid, resourceVersion } } = await runningPod(api, "a", { node });
      const details = { name: "a", kind: "Pod" };
      refused(await evict(api, "a", { deleteOptions: { preconditions: { uid: "other" } } }), {
        code: 409,
        reason: "Conflict",
        message:
          'Operation cannot be fulfilled on Pod "a": the UID in the precondition (other) does not match the ' +
          `UID in record (${uid}). The object might have been deleted and then recreated`,
        details,
      });
      refused(await evict(api, "a", { deleteOptions: { preconditions: { resourceVersion: "1" } } }), {
        code: 409,
        reason: "Conflict",
        message:
          'Operation cannot be fulfilled on Pod "a": the ResourceVersion in the precondition (1) does not ' +
          `match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
        details,
      });
      assert.ok(!await isGoing(api, "a"));
      allowed(await evict(api, "a", { deleteOptions: { preconditions: { uid } } }));
    },
  },
  {
    name: "an eviction of another name than the path's, or of none: 400",
    async run(api) {
      await using node = await bareNode(api);
      await runningPod(api, "a", { node });
      const message = "name in URL does not match name in Eviction object";
      const bad = { code: 400, reason: "BadRequest", message };
      refused(await evict(api, "a", { metadata: { name: "b", namespace: api.namespace } }), bad);
      refused(await evict(api, "a", { metadata: undefined }), bad);
    },
  },
  {
    name: "a budget without room: 429 that says how many pods it needs and has",
    async run(api) {
      await using node = await bareNode(api);
      await makePods(api, node, ["a", "b"]);
      const status = await makeBudget(api, { minAvailable: 2 }, { healthy: 2 });
      const { conditions, ...counts } = status;
      assert.deepEqual(counts, {
        observedGeneration: 1,
        disruptionsAllowed: 0,
        currentHealthy: 2,
        desiredHealthy: 2,
        expectedPods: 2,
      });
      const [{ type, status: isAllowed, reason }] = conditions;
      assert.deepEqual([type, isAllowed, reason], ["DisruptionAllowed", "False", "InsufficientPods"]);
      const message = "The disruption budget a needs 2 healthy pods and has 2 currently";
      blocked(await evict(api, "a"), message);
      // The budget is asked first.
      blocked(await evict(api, "a", { deleteOptions: { preconditions: { uid: "other" } } }), message);
      blocked(await evict(api, "a", { deleteOptions: { dryRun: ["All"] } }), message);
      assert.ok(!await isGoing(api, "a"));
    },
  },
  {
    name: "a budget that its controller has not seen: 429, again in 10 s",
    async run(api) {
      await using node = await bareNode(api);
      await makePods(api, node, ["a"]);
      const budgets = resource(api, "poddisruptionbudgets");
      // The controller needs a few milliseconds. Where it was faster the budget blocks, and the next one is tried.
      for (let i = 0; i < 50; i++) {
        const name = `b-${i}`;
        ok(await budgets.create(budget(name, { selector: SELECTOR, minAvailable: 1 })), 201);
        const answer = await evict(api, "a");
        ok(await budgets.delete(name));
        assert.equal(answer.status, 429);
        if (answer.body.details.retryAfterSeconds === undefined) continue;
        refused(answer, {
          code: 429,
          reason: "TooManyRequests",
          message: "Cannot evict pod as it would violate the pod's disruption budget.",
          details: {
            causes: [{
              reason: "DisruptionBudget",
              message: `The disruption budget ${name} is still being processed by the server.`,
            }],
            retryAfterSeconds: 10,
          },
        });
        assert.equal(answer.headers.get("retry-after"), "10");
        return;
      }
      throw new Error("the controller was faster 50 times");
    },
  },
  {
    name: "two budgets over one pod: 500 without a reason",
    async run(api) {
      await using node = await bareNode(api);
      await makePods(api, node, ["a", "b"]);
      await makeBudget(api, { minAvailable: 1 }, { name: "a", healthy: 2 });
      await makeBudget(api, { minAvailable: 1 }, { name: "b", healthy: 2 });
      refused(await evict(api, "a"), {
        code: 500,
        reason: undefined,
        message:
          "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
      });
    },
  },
  {
    name:
      "a pod that is pending or done is evicted past its budget, and is gone at once where nothing holds it",
    async run(api) {
      await using node = await bareNode(api);
      const pods = resource(api, "pods");
      await makePods(api, node, ["a"]);
      ok(await pods.create(pod("pending", { metadata: { labels: LABELS } })), 201);
      await runningPod(api, "done", { node, labels: LABELS, phase: "Succeeded", ready: "False" });
      await makeBudget(api, { minAvailable: 1 }, { healthy: 1 });
      for (const name of ["pending", "done"]) {
        allowed(await evict(api, name));
        notFound(await pods.get(name), "pods", name);
      }
    },
  },
  {
    name: "a pod that is not ready: evicted while the others keep the budget, blocked while they do not",
    async run(api) {
      await using node = await bareNode(api);
      await makePods(api, node, ["a"]);
      for (const name of ["b", "c"]) await runningPod(api, name, { node, labels: LABELS, ready: "False" });
      await makeBudget(api, { minAvailable: 1 }, { healthy: 1 });
      allowed(await evict(api, "b"));
      blocked(await evict(api, "a"), "The disruption budget a needs 1 healthy pods and has 1 currently");
      ok(await resource(api, "poddisruptionbudgets").delete("a"));
      await makeBudget(api, { minAvailable: 2 }, { name: "stricter", healthy: 1 });
      const message = "The disruption budget stricter needs 2 healthy pods and has 1 currently";
      blocked(await evict(api, "c"), message);
    },
  },
  {
    name: "a pod that is not ready is evicted under AlwaysAllow; a ready one is blocked",
    async run(api) {
      await using node = await bareNode(api);
      await makePods(api, node, ["a"]);
      await runningPod(api, "b", { node, labels: LABELS, ready: "False" });
      const spec = { minAvailable: 2, unhealthyPodEvictionPolicy: "AlwaysAllow" };
      await makeBudget(api, spec, { healthy: 1 });
      allowed(await evict(api, "b"));
      blocked(await evict(api, "a"), "The disruption budget a needs 2 healthy pods and has 1 currently");
    },
  },
  {
    name: "a dry eviction is answered like a real one, deletes nothing and uses nothing up",
    async run(api) {
      await using node = await bareNode(api);
      await makePods(api, node, ["a", "b", "c"]);
      await makeBudget(api, { minAvailable: 2 }, { healthy: 3 });
      const path = resource(api, "pods").path("a", "eviction");
      const body = { metadata: { name: "a", namespace: api.namespace } };
      allowed(await api.request("POST", path, { body, query: { dryRun: "All" } }));
      allowed(await evict(api, "b", { deleteOptions: { dryRun: ["All"] } }));
      for (const name of ["a", "b"]) assert.ok(!await isGoing(api, name));
      assert.equal((await seen(api, { healthy: 3 })).disruptionsAllowed, 1);
    },
  },
  {
    name: "of two evictions at once with room for one: 201 and 429",
    async run(api) {
      await using node = await bareNode(api);
      await makePods(api, node, ["a", "b", "c"]);
      assert.equal((await makeBudget(api, { minAvailable: 2 }, { healthy: 3 })).disruptionsAllowed, 1);
      const answers = await Promise.all([evict(api, "a"), evict(api, "b")]);
      assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 429]);
      const going = await Promise.all(["a", "b", "c"].map((name) => isGoing(api, name)));
      assert.equal(going.filter(Boolean).length, 1);
      assert.equal((await seen(api, { healthy: 2 })).disruptionsAllowed, 0);
    },
  },
  {
    name: "an eviction in a namespace that is being deleted: 403, as a create",
    async run(api) {
      await using node = await bareNode(api);
      await runningPod(api, "a", { node });
      ok(await api.request("DELETE", `/api/v1/namespaces/${api.namespace}`));
      refused(await evict(api, "a"), {
        code: 403,
        reason: "Forbidden",
        message:
          `pods "a" is forbidden: unable to create new content in namespace ${api.namespace} because it is ` +
          "being terminated",
        details: {
          name: "a",
          kind: "pods",
          causes: [{
            reason: "NamespaceTerminating",
            message: `namespace ${api.namespace} is being terminated`,
            field: "metadata.namespace",
          }],
        },
      });
    },
  },
];
