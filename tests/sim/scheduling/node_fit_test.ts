import assert from "node:assert/strict";
import type { Node, PodSpec, Taint } from "../../../src/sim/objects.ts";
import { misfit } from "../../../src/sim/scheduling/node_fit.ts";
import type { NodeState } from "../../../src/sim/scheduling/node_table.ts";
import { requestsOf } from "../../../src/sim/scheduling/requests.ts";

const FULL = { cpu: 4, memory: 2 ** 30, pods: 3 };

function state(
  { labels = {}, taints = [], unschedulable = false, requested = { cpu: 0, memory: 0, pods: 0 } }: {
    labels?: Record<string, string>;
    taints?: Taint[];
    unschedulable?: boolean;
    requested?: NodeState["requested"];
  },
): NodeState {
  const node: Node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n", uid: "u", resourceVersion: "1", creationTimestamp: "", labels },
    spec: { taints, unschedulable },
  };
  return { node, allocatable: FULL, requested, owners: new Map() };
}

function spec(given: Partial<PodSpec> & { cpu?: string; memory?: string }): PodSpec {
  const { cpu, memory, ...rest } = given;
  const requests = { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
  return { containers: [{ name: "c", image: "i", resources: { requests } }], ...rest };
}

const wanting = (...terms: { key: string; operator: string; values?: string[] }[][]): PodSpec =>
  spec({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })),
        },
      },
    },
  });

const TAINT: Taint = { key: "a", value: "b", effect: "NoSchedule" };
const tolerating = (toleration: object) => spec({ tolerations: [toleration] });

const CASES: { title: string; spec: PodSpec; node?: Parameters<typeof state>[0]; why: string | undefined }[] = [
  { title: "an empty node", spec: spec({}), why: undefined },
  {
    title: "a cordoned node",
    spec: spec({}),
    node: { unschedulable: true },
    why: "node(s) were unschedulable",
  },
  {
    title: "a cordoned node, tolerated",
    spec: tolerating({ key: "node.kubernetes.io/unschedulable", operator: "Exists" }),
    node: { unschedulable: true },
    why: undefined,
  },
  { title: "a taint", spec: spec({}), node: { taints: [TAINT] }, why: "node(s) had untolerated taint(s)" },
  {
    title: "a taint that only advises",
    spec: spec({}),
    node: { taints: [{ ...TAINT, effect: "PreferNoSchedule" }] },
    why: undefined,
  },
  {
    title: "a taint, tolerated by value",
    spec: tolerating({ key: "a", value: "b" }),
    node: { taints: [TAINT] },
    why: undefined,
  },
  {
    title: "a taint, tolerated with another value",
    spec: tolerating({ key: "a", value: "c" }),
    node: { taints: [TAINT] },
    why: "node(s) had untolerated taint(s)",
  },
  {
    title: "a taint, tolerated with another effect",
    spec: tolerating({ key: "a", operator: "Exists", effect: "NoExecute" }),
    node: { taints: [TAINT] },
    why: "node(s) had untolerated taint(s)",
  },
  {
    title: "a taint, all tolerated",
    spec: tolerating({ operator: "Exists" }),
    node: { taints: [TAINT] },
    why: undefined,
  },
  {
    title: "a node selector",
    spec: spec({ nodeSelector: { k: "v" } }),
    node: { labels: { k: "v" } },
    why: undefined,
  },
  {
    title: "a node selector that asks for something else",
    spec: spec({ nodeSelector: { k: "v" } }),
    node: { labels: { k: "w" } },
    why: "node(s) didn't match Pod's node affinity/selector",
  },
  {
    title: "affinity, the second of two terms",
    spec: wanting([{ key: "k", operator: "In", values: ["x"] }], [{ key: "k", operator: "DoesNotExist" }]),
    why: undefined,
  },
  {
    title: "affinity, half of a term",
    spec: wanting([{ key: "k", operator: "Exists" }, { key: "l", operator: "Exists" }]),
    node: { labels: { k: "" } },
    why: "node(s) didn't match Pod's node affinity/selector",
  },
  {
    title: "affinity, more than",
    spec: wanting([{ key: "n", operator: "Gt", values: ["3"] }]),
    node: { labels: { n: "4" } },
    why: undefined,
  },
  {
    title: "affinity, less than",
    spec: wanting([{ key: "n", operator: "Lt", values: ["3"] }]),
    node: { labels: { n: "3" } },
    why: "node(s) didn't match Pod's node affinity/selector",
  },
  { title: "an empty term", spec: wanting([]), why: "node(s) didn't match Pod's node affinity/selector" },
  {
    title: "the last core",
    spec: spec({ cpu: "500m" }),
    node: { requested: { cpu: 3.5, memory: 0, pods: 1 } },
    why: undefined,
  },
  {
    title: "a bit more than the last core",
    spec: spec({ cpu: "501m" }),
    node: { requested: { cpu: 3.5, memory: 0, pods: 1 } },
    why: "Insufficient cpu",
  },
  { title: "too much memory", spec: spec({ memory: "1025Mi" }), why: "Insufficient memory" },
  {
    title: "a pod too many",
    spec: spec({}),
    node: { requested: { cpu: 0, memory: 0, pods: 3 } },
    why: "Too many pods",
  },
  {
    title: "nothing asked of a full node",
    spec: spec({}),
    node: { requested: { cpu: 4, memory: 2 ** 30, pods: 1 } },
    why: undefined,
  },
];

for (const { title, spec, node = {}, why } of CASES) {
  Deno.test(`misfit() of ${title}: ${why ?? "fits"}`, () => {
    assert.equal(misfit({ spec, requests: requestsOf(spec) }, state(node)), why);
  });
}

Deno.test("requestsOf() adds containers up, takes a limit for a request, and an init container that needs more", () => {
  const container = (requests: object, limits = {}) =>
    ({ name: "c", image: "i", resources: { requests, limits } }) as never;
  const asked = requestsOf({
    containers: [container({ cpu: "100m", memory: "1Gi" }), container({}, { cpu: 2 })],
    initContainers: [container({ memory: "3Gi" })],
  });
  assert.deepEqual(asked, { cpu: 2.1, memory: 3 * 2 ** 30, pods: 1 });
});

Deno.test("a sidecar's request comes on top of the containers', and of the init containers' after it", () => {
  const container = (cpu: string, more = {}) => ({
    name: "c",
    image: "i",
    resources: { requests: { cpu } },
    ...more,
  });
  const sidecar = container("1", { restartPolicy: "Always" });
  for (const [init, main, cpu] of [["1", "2", 3], ["3", "2", 4]] as const) {
    const spec = { containers: [container(main)], initContainers: [sidecar, container(init)] };
    assert.equal(requestsOf(spec).cpu, cpu);
  }
  assert.equal(requestsOf({ containers: [container("2")], initContainers: [container("3"), sidecar] }).cpu, 3);
});
