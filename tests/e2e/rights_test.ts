import assert from "node:assert/strict";
import type { Json } from "../scenarios/support/json.ts";
import type { LogLine } from "../scenarios/support/log_book.ts";
import { OPERATOR_LABEL } from "../scenarios/support/stage.ts";
import { deployment, selecting } from "../scenarios/support/workloads.ts";
import type { Cluster } from "./support/cluster.ts";
import { eventually } from "./support/eventually.ts";
import { startAs, type StartedAs } from "./support/impersonated.ts";
import { sharedCluster } from "./support/scene.ts";

const NAME = "rights";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** A right of `deploy/rbac.yaml`; without a resource: that verb of every one. */
interface Right {
  readonly verb: string;
  readonly resource?: string;
}

/** The rules without one right. */
function without(rules: readonly Rule[], { verb, resource }: Right): Rule[] {
  return rules.flatMap((rule) =>
    rule.resources.map((each) => ({
      ...rule,
      resources: [each],
      verbs: resource === undefined || each === resource
        ? rule.verbs.filter((own) => own !== verb)
        : rule.verbs,
    }))
  ).filter(({ verbs }) => verbs.length > 0);
}

/** Gives a user of this name what `deploy/` gives the operator, but for one right. */
async function grant(
  cluster: Cluster,
  { user, right }: { user: string; right: Right | undefined },
): Promise<void> {
  const deployed = await cluster.deployed();
  const metadata = { name: user };
  const subjects = [{ kind: "User", name: user, apiGroup: "rbac.authorization.k8s.io" }];
  const objects = deployed.filter(({ kind }) => kind === "Role" || kind === "ClusterRole").flatMap(
    (role: Json) => {
      const rules = right === undefined ? role.rules : without(role.rules, right);
      const own = role.kind === "Role" ? { ...metadata, namespace: user } : metadata;
      const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: role.kind, name: user };
      return [
        { apiVersion: role.apiVersion, kind: role.kind, metadata: own, rules },
        { apiVersion: role.apiVersion, kind: `${role.kind}Binding`, metadata: own, roleRef, subjects },
      ];
    },
  );
  await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata }, ...objects);
}

interface Case {
  readonly right: Right;
  /** What has to happen before the right is needed. */
  readonly act?: (operator: StartedAs) => Promise<void>;
  /** Whether it is ready all the same. */
  readonly isReady: boolean;
}

/** A pod of an owner that no cache shows: it is allowed as it is, whatever the look at the API server says. */
const askAbout = (kind: string) => async (operator: StartedAs) => {
  const controller = { apiVersion: "apps/v1", kind, name: "unknown", uid: "unknown", controller: true };
  const request = {
    uid: kind,
    operation: "CREATE",
    namespace: NAME,
    resource: { group: "", version: "v1", resource: "pods" },
    object: { metadata: { ownerReferences: [controller] }, spec: {} },
  };
  await eventually(async () => assert.equal((await operator.ready()).status, 200), 15_000);
  const response = await operator.webhook(
    new Request("https://spotalis.test/mutate", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request }),
    }),
  );
  assert.deepEqual((await response.json()).response, { uid: kind, allowed: true });
};

const WATCHED = [
  "nodes",
  "namespaces",
  "pods",
  "deployments",
  "statefulsets",
  "replicasets",
  "poddisruptionbudgets",
];

/** Every right of `deploy/rbac.yaml` but two, which are needed later than a test can wait; see below. */
const CASES: readonly Case[] = [
  ...WATCHED.map((resource) => ({ right: { verb: "watch", resource }, isReady: false })),
  { right: { verb: "get", resource: "replicasets" }, act: askAbout("ReplicaSet"), isReady: true },
  { right: { verb: "get", resource: "statefulsets" }, act: askAbout("StatefulSet"), isReady: true },
  { right: { verb: "create", resource: "pods/eviction" }, isReady: true },
  { right: { verb: "create", resource: "events" }, isReady: true },
  { right: { verb: "get", resource: "leases" }, isReady: false },
  { right: { verb: "create", resource: "leases" }, isReady: false },
  { right: { verb: "update", resource: "leases" }, isReady: true },
];

Deno.test({
  name: NAME,
  sanitizeResources: false,
  sanitizeOps: false,
  sanitizeExit: false,
  async fn(test) {
    const cluster = sharedCluster();
    await cluster.apply({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: NAME, labels: { [OPERATOR_LABEL]: NAME } },
    });
    // One that has to be moved, and one that an Event has to be written about.
    const web = deployment({ name: "web", replicas: 2, percentage: 0, template: selecting("spot") });
    const wrong = deployment({ name: "wrong", replicas: 1, percentage: "many" });
    for (const each of [web, wrong]) {
      await cluster.apply({ ...each, metadata: { ...each.metadata, namespace: NAME } });
    }
    await cluster.kubectl(["-n", NAME, "rollout", "status", "deployment/web", "--timeout=60s"]);

    const start = async (user: string, { evicts }: { evicts: boolean }) =>
      await startAs(cluster, {
        user,
        config: {
          operator: { readOnlyMode: !evicts, leaderElection: { namespace: user } },
          controllers: { namespaceSelector: { matchLabels: { [OPERATOR_LABEL]: NAME } } },
        },
      });

    const check = async ({ right, act, isReady }: Case) => {
      const { verb, resource } = right;
      const user = `${NAME}-${verb}-${resource!.replace("/", "-")}`;
      await grant(cluster, { user, right });
      const operator = await start(user, { evicts: resource === "pods/eviction" });
      try {
        await act?.(operator);
        const missing = `cannot ${verb} resource "${resource}"`;
        const isAbout = (line: LogLine) => Object.values(line).some((field) => String(field).includes(missing));
        const line = await operator.book.logged(isAbout, 30_000);
        assert.ok(["warn", "error", "info"].includes(line.level), line.level);
        await eventually(async () => {
          const { status, text } = await operator.ready();
          assert.equal(status, isReady ? 200 : 503, text);
          if (verb === "watch") assert.match(text, new RegExp(`not synced yet: ${resource}"`));
          if (resource === "leases" && !isReady) assert.match(text, /the Lease is not known yet/);
        }, 15_000);
      } finally {
        await operator.stop();
        await cluster.delete("namespace", user);
        await cluster.delete(`clusterrole/${user}`, `clusterrolebinding/${user}`);
      }
    };

    // Streamed lists need "watch" alone; "list" is for API servers that do not stream them. "patch" of Events
    // raises the count of one that was written a minute before.
    const step = async (name: string, fn: () => Promise<void>) => {
      const options = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };
      assert.ok(await test.step({ name, fn, ...options }), name);
    };
    const steps = CASES.map((each) =>
      step(
        `without the right to ${each.right.verb} ${each.right.resource}, it says so and goes on`,
        () => check(each),
      )
    );
    steps.push(step("without the right to list, it is ready where the API server streams lists", async () => {
      const user = `${NAME}-list`;
      await grant(cluster, { user, right: { verb: "list" } });
      const operator = await start(user, { evicts: false });
      await eventually(async () => assert.equal((await operator.ready()).status, 200), 20_000);
      await operator.stop();
      await cluster.delete("namespace", user);
      await cluster.delete(`clusterrole/${user}`, `clusterrolebinding/${user}`);
    }));
    const failed = (await Promise.allSettled(steps)).filter(({ status }) => status === "rejected");
    assert.equal(failed.length, 0);
    const [spot] = (await cluster.get("-n", NAME, "pods", "-l", "app=web")).items;
    assert.equal(spot.metadata.deletionTimestamp, undefined, "nothing was evicted");
    await cluster.delete("namespace", NAME);
  },
});
