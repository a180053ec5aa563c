import type { DemoModel, DemoNode, DemoPod, DemoWorkload } from "../../../src/cli/demo/model.ts";

/** `r` ready, `s` starting, `l` leaving, `e` evicted. */
const STATES = { r: "ready", s: "starting", l: "leaving", e: "evicted" } as const;

/** `web rrs api e`: pods of a node. */
export function pods(capacity: DemoPod["capacity"], text: string): DemoPod[] {
  const words = text.split(" ").filter((word) => word !== "");
  return words.flatMap((workload, i) =>
    i % 2 === 1
      ? []
      : [...words[i + 1]!].map((state) => ({ workload, capacity, state: STATES[state as keyof typeof STATES] }))
  );
}

export function node(name: string, own: string, leavesInMs?: number): DemoNode {
  const capacity = name.startsWith("spot") ? "spot" : "on-demand";
  return { name, capacity, leavesInMs, pods: pods(capacity, own) };
}

export function workload(given: Partial<DemoWorkload> & { name: string }): DemoWorkload {
  return {
    replicas: 10,
    policy: "70 % spot, floor 1",
    asked: { spot: 7, onDemand: 3 },
    actual: { spot: 7, onDemand: 3 },
    ready: 10,
    pods: [...pods("spot", `${given.name} rrrrrrr`), ...pods("on-demand", `${given.name} rrr`)],
    leaving: 0,
    verdict: { reason: "balanced", detail: "the split is as asked" },
    ...given,
  };
}

/** A node is being drained: every shape, and every style, occurs. */
export function sampleModel(given: Partial<DemoModel> = {}): DemoModel {
  return {
    elapsedMs: 83_000,
    pace: 2,
    chapter: {
      number: 4,
      of: 6,
      title: "A spot node is taken back",
      words: "The cloud gives two minutes' notice. The node is drained as its pods' budgets " +
        "allow, and each replacement goes to spot again: nothing is left to repair.",
      result: undefined,
    },
    nodes: [
      node("spot-0", "web rr api r"),
      node("spot-1", "web re api l db r", 102_000),
      node("spot-2", "web rrs api r"),
      node("spot-3", "web r"),
      node("spot-4", ""),
      node("on-demand-0", "web r api r db r"),
      node("on-demand-1", "web s api r db r"),
      node("on-demand-2", "web r api r"),
    ],
    workloads: [
      workload({
        name: "web",
        actual: { spot: 6, onDemand: 3 },
        pods: [...pods("spot", "web rrrrrs"), ...pods("on-demand", "web rrs"), ...pods(undefined, "web s")],
        verdict: { reason: "interrupted", detail: "1 pod on departing nodes (taint karpenter.sh/disrupted)" },
      }),
      workload({
        name: "api",
        replicas: 6,
        policy: "50 % spot, floor 2",
        asked: { spot: 3, onDemand: 3 },
        actual: { spot: 3, onDemand: 3 },
        pods: [...pods("spot", "api rrr"), ...pods("on-demand", "api rrr")],
      }),
      workload({ name: "db", replicas: 0, pods: [], verdict: undefined }),
    ],
    events: [
      { atMs: 61_000, who: "you", text: "kubectl scale deployment/web --replicas=10" },
      { atMs: 71_000, who: "cloud", text: "takes spot-1 back in 120 seconds: it is drained" },
      {
        atMs: 72_000,
        who: "spotalis",
        text:
          "web waits (interrupted): 1 pod on departing nodes (taint karpenter.sh/disrupted), and so it has to wait",
      },
      { atMs: 73_000, who: "cloud", text: "drains spot-1: evicts web-5d5c8b7c9-x2k4p" },
    ],
    isWaiting: false,
    ...given,
  };
}
