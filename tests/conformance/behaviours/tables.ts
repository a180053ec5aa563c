import assert from "node:assert/strict";
import type { Api, Behaviour, Json, Query } from "../api.ts";
import { next } from "../events_of.ts";
import { notFound, ok } from "../expect.ts";
import { bareNode, budget, configMap, event, lease, pod, runningPod, workload } from "../objects.ts";
import { resource, STRATEGIC_PATCH } from "../resource.ts";

/** What kubectl 1.32 sends. */
const ACCEPT =
  "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io," +
  "application/json";
const headers = { accept: ACCEPT };

async function table(api: Api, path: string, query: Query = {}): Promise<Json> {
  const answer = await api.request("GET", path, { query, headers });
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
  const body = ok(answer);
  assert.deepEqual([body.kind, body.apiVersion], ["Table", "meta.k8s.io/v1"]);
  return body;
}

/** The names of the columns; those that only -o wide shows have a plus. */
function columns({ columnDefinitions }: Json): string {
  return columnDefinitions.map(({ name, priority }: Json) => (priority > 0 ? "+" : "") + name).join(", ");
}

/** The cells of the rows, with ages as `AGE`. */
function cells({ rows }: Json): Json[][] {
  const masked = (cell: Json) => typeof cell === "string" && /^(\d+[smhd])+$/.test(cell) ? "AGE" : cell;
  return rows.map((row: Json) => row.cells.map(masked));
}

const POD_COLUMNS = "Name, Ready, Status, Restarts, Age, +IP, +Node, +Nominated Node, +Readiness Gates";

function container(state: Json, more: Json = {}): Json {
  return { name: "main", image: "i", imageID: "", ready: false, restartCount: 0, state, ...more };
}

const POD_STATES: readonly (readonly [name: string, status: Json, cells: readonly string[]])[] = [
  ["crashing", {
    phase: "Running",
    containerStatuses: [container({ waiting: { reason: "CrashLoopBackOff" } }, { restartCount: 4 })],
  }, ["0/1", "CrashLoopBackOff", "4"]],
  ["done", {
    phase: "Succeeded",
    containerStatuses: [container({ terminated: { exitCode: 0, reason: "Completed" } })],
  }, ["0/1", "Completed", "0"]],
  ["evicted", { phase: "Failed", reason: "Evicted" }, ["0/1", "Evicted", "0"]],
  ["starting", {
    phase: "Pending",
    containerStatuses: [container({ waiting: { reason: "ContainerCreating" } })],
  }, ["0/1", "ContainerCreating", "0"]],
  ["unready", { phase: "Running", containerStatuses: [container({ running: {} })] }, ["0/1", "Running", "0"]],
  ["up", {
    phase: "Running",
    podIP: "10.9.9.9",
    podIPs: [{ ip: "10.9.9.9" }],
    conditions: [{ type: "Ready", status: "True" }],
    containerStatuses: [container({ running: {} }, { ready: true })],
  }, ["1/1", "Running", "0"]],
];

export const TABLES: readonly Behaviour[] = [
  {
    name: "pods as a table: columns, and cells of each state",
    async run(api) {
      await using node = await bareNode(api);
      const pods = resource(api, "pods");
      for (const [name, status] of POD_STATES) {
        ok(await pods.create(pod(name, { spec: { nodeName: node.name } })), 201);
        ok(await pods.patch(name, { status }, { type: STRATEGIC_PATCH, subresource: "status" }));
      }
      ok(await pods.create(pod("waiting")), 201);
      const list = await table(api, pods.path());
      assert.equal(columns(list), POD_COLUMNS);
      const none = "<none>";
      assert.deepEqual(cells(list), [
        ...POD_STATES.map((
          [name, { podIP = none }, shown],
        ) => [name, ...shown, "AGE", podIP, node.name, none, none]),
        ["waiting", "0/1", "Pending", "0", "AGE", none, none, none, none],
      ]);
      ok(await pods.delete("up"));
      assert.deepEqual(cells(await table(api, pods.path("up"))), [
        ["up", "1/1", "Terminating", "0", "AGE", "10.9.9.9", node.name, none, none],
      ]);
    },
  },
  {
    name: "a table of one object has one row, and the version of the object",
    async run(api) {
      const pods = resource(api, "pods");
      const { metadata: { resourceVersion } } = ok(await pods.create(pod("a")), 201);
      const one = await table(api, pods.path("a"));
      assert.equal(columns(one), POD_COLUMNS);
      assert.deepEqual([one.rows.length, one.metadata], [1, { resourceVersion }]);
      notFound(await api.request("GET", pods.path("b"), { headers }), "pods", "b");
    },
  },
  {
    name: "a row holds the object's metadata, all of it, or nothing of it, as includeObject says",
    async run(api) {
      const pods = resource(api, "pods");
      const made = ok(await pods.create(pod("a", { metadata: { labels: { app: "a" } } })), 201);
      const { rows: [{ object: metadata }] } = await table(api, pods.path());
      assert.deepEqual(metadata, {
        kind: "PartialObjectMetadata",
        apiVersion: "meta.k8s.io/v1",
        metadata: made.metadata,
      });
      const { rows: [{ object }] } = await table(api, pods.path(), { includeObject: "Object" });
      assert.deepEqual(object, made);
      const { rows: [none] } = await table(api, pods.path(), { includeObject: "None" });
      assert.ok(!none.object?.metadata);
    },
  },
  {
    name: "a table is paged and selected like a list",
    async run(api) {
      const pods = resource(api, "pods");
      for (const name of ["a", "b", "c"]) {
        ok(await pods.create(pod(name, { metadata: { labels: { name } } })), 201);
      }
      const first = await table(api, pods.path(), { limit: "2" });
      assert.deepEqual([cells(first).map(([name]) => name), first.metadata.remainingItemCount], [
        ["a", "b"],
        1,
      ]);
      const last = await table(api, pods.path(), { limit: "2", continue: first.metadata.continue });
      assert.deepEqual(cells(last).map(([name]) => name), ["c"]);
      assert.deepEqual(
        cells(await table(api, pods.path(), { labelSelector: "name=b" })).map(([name]) => name),
        ["b"],
      );
      const empty = await table(api, pods.path(), { labelSelector: "name=none" });
      assert.deepEqual([columns(empty), empty.rows], [POD_COLUMNS, []]);
    },
  },
  {
    name: "workloads as tables",
    async run(api) {
      for (const [kind, name] of [["Deployment", "deployments"], ["StatefulSet", "statefulsets"]] as const) {
        ok(await resource(api, name).create(workload(kind, "web", { paused: true })), 201);
      }
      const deployments = await table(api, resource(api, "deployments").path());
      const wide = "+Containers, +Images";
      assert.equal(columns(deployments), `Name, Ready, Up-to-date, Available, Age, ${wide}, +Selector`);
      assert.deepEqual(cells(deployments), [[
        "web",
        "0/0",
        0,
        0,
        "AGE",
        "main",
        "example.io/none:1",
        "app=web",
      ]]);
      const sets = await table(api, resource(api, "statefulsets").path());
      assert.equal(columns(sets), `Name, Ready, Age, ${wide}`);
      assert.deepEqual(cells(sets), [["web", "0/0", "AGE", "main", "example.io/none:1"]]);
      ok(await resource(api, "deployments").delete("web"));
      ok(await resource(api, "replicasets").create(workload("ReplicaSet", "set")), 201);
      const replicaSets = await table(api, resource(api, "replicasets").path("set"));
      assert.equal(columns(replicaSets), `Name, Desired, Current, Ready, Age, ${wide}, +Selector`);
      assert.deepEqual(cells(replicaSets), [["set", 0, 0, 0, "AGE", "main", "example.io/none:1", "app=set"]]);
    },
  },
  {
    name: "budgets, Leases and ConfigMaps as tables",
    async run(api) {
      const budgets = resource(api, "poddisruptionbudgets");
      ok(await budgets.create(budget("half", { minAvailable: "50%", selector: {} })), 201);
      ok(
        await budgets.create(budget("one", { maxUnavailable: 1, selector: { matchLabels: { no: "pod" } } })),
        201,
      );
      const list = await table(api, budgets.path());
      assert.equal(columns(list), "Name, Min Available, Max Unavailable, Allowed Disruptions, Age");
      assert.deepEqual(cells(list), [["half", "50%", "N/A", 0, "AGE"], ["one", "N/A", "1", 0, "AGE"]]);
      ok(await resource(api, "leases").create(lease("a")), 201);
      const leases = await table(api, resource(api, "leases").path());
      assert.deepEqual([columns(leases), cells(leases)], ["Name, Holder, Age", [["a", "me", "AGE"]]]);
      ok(await resource(api, "configmaps").create(configMap("a", { x: "1", y: "2" })), 201);
      const maps = await table(api, resource(api, "configmaps").path("a"));
      assert.deepEqual([columns(maps), cells(maps)], ["Name, Data, Age", [["a", 2, "AGE"]]]);
    },
  },
  {
    name: "Events as a table",
    async run(api) {
      const series = { count: 5, lastObservedTime: "2026-01-02T03:04:05.000000Z" };
      const events = resource(api, "events.events.k8s.io");
      ok(await events.create(event(api, "a")), 201);
      ok(await events.create(event(api, "b", { series, type: "Warning" })), 201);
      const list = await table(api, resource(api, "events").path());
      assert.equal(
        columns(list),
        "Last Seen, Type, Reason, Object, +Subobject, +Source, Message, +First Seen, +Count, +Name",
      );
      const source = "example.io/controller, controller-1";
      assert.deepEqual(cells(list), [
        ["AGE", "Normal", "Tested", "pod/web", "", source, "it works", "AGE", 1, "a"],
        ["AGE", "Warning", "Tested", "pod/web", "", source, "it works", "AGE", 5, "b"],
      ]);
    },
  },
  {
    name: "nodes and namespaces as tables",
    async run(api) {
      await using node = await bareNode(api);
      const path = `/api/v1/nodes/${node.name}`;
      const status = {
        conditions: [{ type: "Ready", status: "True" }],
        nodeInfo: { kubeletVersion: "v1.2.3" },
        addresses: [{ type: "InternalIP", address: "10.0.0.7" }],
      };
      const patch = (to: string, body: Json) =>
        api.request("PATCH", to, { body, contentType: STRATEGIC_PATCH });
      ok(await patch(`${path}/status`, { status }));
      const shown = await table(api, path);
      const wide = "+Internal-IP, +External-IP, +OS-Image, +Kernel-Version, +Container-Runtime";
      assert.equal(columns(shown), `Name, Status, Roles, Age, Version, ${wide}`);
      const rest = ["10.0.0.7", "<none>", "<unknown>", "<unknown>", "<unknown>"];
      assert.deepEqual(cells(shown), [[node.name, "Ready", "<none>", "AGE", "v1.2.3", ...rest]]);
      ok(
        await patch(path, {
          metadata: { labels: { "node-role.kubernetes.io/worker": "" } },
          spec: { unschedulable: true },
        }),
      );
      const [cordoned] = cells(await table(api, path));
      assert.deepEqual(cordoned!.slice(1, 3), ["Ready,SchedulingDisabled", "worker"]);
      const namespace = await table(api, `/api/v1/namespaces/${api.namespace}`);
      assert.deepEqual([columns(namespace), cells(namespace)], ["Name, Status, Age", [[
        api.namespace,
        "Active",
        "AGE",
      ]]]);
    },
  },
  {
    name: "a watch of tables: each event a table of one row, the columns in the first only",
    async run(api) {
      await using node = await bareNode(api);
      const pods = resource(api, "pods");
      const { metadata: { resourceVersion } } = await runningPod(api, "a", { node });
      const watch = api.watch(pods.path(), { headers, query: { resourceVersion } });
      const made = ok(await pods.create(pod("b")), 201);
      const added = await next(watch, "ADDED");
      assert.deepEqual([added.kind, columns(added)], ["Table", POD_COLUMNS]);
      assert.deepEqual(cells(added).map((row) => row.slice(0, 4)), [["b", "0/1", "Pending", "0"]]);
      assert.equal(added.metadata.resourceVersion, made.metadata.resourceVersion);
      assert.deepEqual(added.rows[0].object.metadata, made.metadata);
      ok(await pods.delete("a"));
      const changed = await next(watch, "MODIFIED");
      assert.ok(!changed.columnDefinitions);
      assert.deepEqual(cells(changed).map((row) => row.slice(0, 4)), [["a", "0/1", "Terminating", "0"]]);
    },
  },
  {
    name: "objects as their metadata only; an unknown form: 406",
    async run(api) {
      const pods = resource(api, "pods");
      const made = ok(await pods.create(pod("a")), 201);
      const partial = { accept: "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io" };
      const list = ok(await api.request("GET", pods.path(), { headers: partial }));
      assert.equal(list.kind, "PartialObjectMetadataList");
      assert.deepEqual(list.items, [{
        kind: "PartialObjectMetadata",
        apiVersion: "meta.k8s.io/v1",
        metadata: made.metadata,
      }]);
      for (const accept of ["application/json;as=Drawing;v=v1;g=meta.k8s.io", "text/html"]) {
        const { status, body } = await api.request("GET", pods.path(), { headers: { accept } });
        assert.deepEqual([status, body.code, body.reason], [406, 406, "NotAcceptable"]);
      }
    },
  },
];
