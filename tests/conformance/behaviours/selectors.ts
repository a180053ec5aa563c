import assert from "node:assert/strict";
import type { Behaviour } from "../api.ts";
import { names, ok, refused } from "../expect.ts";
import { bareNode, lease, pod, runningPod } from "../objects.ts";
import { resource, resourceAt } from "../resource.ts";

/** Of leases a (n=1, app=x), b (n=2, app=x), c (app=y) and d without labels. */
const LABELS: readonly (readonly [selector: string, found: string])[] = [
  ["n=1", "a"],
  ["n==1", "a"],
  ["n!=1", "b c d"],
  ["n in (1,2)", "a b"],
  ["n in (2, 3)", "b"],
  ["n notin (1)", "b c d"],
  ["n notin (1,2)", "c d"],
  ["n", "a b"],
  ["!n", "c d"],
  ["app=x,n!=2", "a"],
  ["app,!n", "c"],
  ["n>1", "b"],
  ["n<2", "a"],
  ["n=", ""],
  ["example.io/n=1", ""],
  ["", "a b c d"],
];

export const SELECTORS: readonly Behaviour[] = [
  {
    name: "label selectors select by =, ==, !=, in, notin, presence, absence, > and <",
    async run(api) {
      const leases = resource(api, "leases");
      const labels = { a: { n: "1", app: "x" }, b: { n: "2", app: "x" }, c: { app: "y" }, d: {} };
      for (const [name, of] of Object.entries(labels)) {
        ok(await leases.create(lease(name, { metadata: { labels: of } })), 201);
      }
      for (const [labelSelector, found] of LABELS) {
        assert.deepEqual([labelSelector, names(ok(await leases.list({ labelSelector }))).join(" ")], [
          labelSelector,
          found,
        ]);
      }
    },
  },
  {
    name: "a label selector that cannot be read: 400",
    async run(api) {
      const leases = resource(api, "leases");
      refused(await leases.list({ labelSelector: "n in 1" }), {
        code: 400,
        reason: "BadRequest",
        message: "unable to parse requirement: found '1' expected: '('",
      });
      for (const labelSelector of ["a b", "=x", "n in (", "-bad-=1", "n=-"]) {
        const { status, body } = await leases.list({ labelSelector });
        assert.deepEqual([labelSelector, status, body.reason], [labelSelector, 400, "BadRequest"]);
      }
    },
  },
  {
    name: "every object can be selected by metadata.name and metadata.namespace",
    async run(api) {
      const leases = resource(api, "leases");
      for (const name of ["a", "b"]) ok(await leases.create(lease(name)), 201);
      const found = async (fieldSelector: string) => names(ok(await leases.list({ fieldSelector }))).join(" ");
      assert.equal(await found("metadata.name=a"), "a");
      assert.equal(await found("metadata.name==b"), "b");
      assert.equal(await found("metadata.name!=a"), "b");
      assert.equal(await found(`metadata.namespace=${api.namespace},metadata.name=b`), "b");
      assert.equal(await found("metadata.namespace=other"), "");
      assert.equal(await found("metadata.name=a,metadata.name=b"), "");
      const everywhere = resourceAt(api, "/apis/coordination.k8s.io/v1/leases");
      const here = ok(await everywhere.list({ fieldSelector: `metadata.namespace=${api.namespace}` }));
      assert.deepEqual(names(here), ["a", "b"]);
    },
  },
  {
    name: "pods can be selected by spec.nodeName, also empty, status.phase and more",
    async run(api) {
      await using node = await bareNode(api);
      const pods = resource(api, "pods");
      await runningPod(api, "bound", { node });
      ok(await pods.create(pod("free")), 201);
      const found = async (fieldSelector: string) => names(ok(await pods.list({ fieldSelector }))).join(" ");
      assert.equal(await found(`spec.nodeName=${node.name}`), "bound");
      assert.equal(await found("spec.nodeName="), "free");
      assert.equal(await found("spec.nodeName!="), "bound");
      assert.equal(await found("status.phase=Pending"), "free");
      assert.equal(await found("status.phase!=Pending,status.phase!=Failed"), "bound");
      assert.equal(await found(`status.phase=Pending,spec.nodeName=${node.name}`), "");
      assert.equal(await found("spec.schedulerName=nobody,spec.restartPolicy=Always"), "bound free");
      const everywhere = resourceAt(api, "/api/v1/pods");
      const there = ok(await everywhere.list({ fieldSelector: `spec.nodeName=${node.name}` }));
      assert.deepEqual(names(there), ["bound"]);
    },
  },
  {
    name: "a field selector of a field that cannot be selected by, or that cannot be read: 400",
    async run(api) {
      const bad = (message: string) => ({ code: 400, reason: "BadRequest", message });
      refused(
        await resource(api, "leases").list({ fieldSelector: "spec.holderIdentity=me" }),
        bad('"spec.holderIdentity" is not a known field selector: only "metadata.name", "metadata.namespace"'),
      );
      refused(
        await resource(api, "pods").list({ fieldSelector: "spec.colour=red" }),
        bad("field label not supported: spec.colour"),
      );
      refused(
        await resource(api, "leases").list({ fieldSelector: "metadata.name" }),
        bad("invalid selector: 'metadata.name'; can't understand 'metadata.name'"),
      );
    },
  },
];
