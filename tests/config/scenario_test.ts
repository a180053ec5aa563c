import assert from "node:assert/strict";
import { loadScenario, type Scenario } from "../../src/config/scenario.ts";
import { missingWorkloads } from "../../src/config/scenario_workloads.ts";
import { parse } from "yaml";
import { mutated } from "../operator/mutations.ts";
import { forAll } from "../support/random.ts";
import { WHOLE } from "./scenarios.ts";

function problemsOf(text: string): readonly string[] {
  const result = loadScenario({ path: "s.yaml", text });
  assert.ok(!result.ok, "it has to be refused");
  return result.problems;
}

function loaded(text: string): { scenario: Scenario; assumptions: readonly string[] } {
  const result = loadScenario({ path: "s.yaml", text });
  assert.ok(result.ok, JSON.stringify(result));
  return result;
}

const DEFAULTS = {
  seed: 1,
  lengthMs: 86_400_000,
  startMs: Date.UTC(2026, 0, 5),
  currency: "USD",
  nodeGroups: [],
  autoscaler: { enabled: true, delayMs: 30_000, idleMs: 600_000 },
  pods: { startupMs: 10_000, startupJitterMs: 5_000 },
  curves: [],
  events: [],
};

const HOUR = 3_600_000;
const WEB = { kind: "Deployment", namespace: "shop", name: "web" };

Deno.test("loadScenario() without a file has the documented defaults", () => {
  const result = loadScenario();
  assert.ok(result.ok);
  assert.deepEqual(result.scenario, DEFAULTS);
  assert.deepEqual(result.assumptions, []);
});

for (const text of ["{}", "events:\nnodeGroups: ~\n", '{"seed": 1}']) {
  Deno.test(`loadScenario() takes ${JSON.stringify(text)} for the defaults`, () => {
    assert.deepEqual(loaded(text).scenario, DEFAULTS);
  });
}

Deno.test("loadScenario() reads a file with every key, times in milliseconds, cpu in thousandths", () => {
  const { scenario, assumptions } = loaded(WHOLE);
  const [spot, steady] = scenario.nodeGroups;
  assert.deepEqual({ ...spot }, {
    name: "spot",
    labels: { "karpenter.sh/capacity-type": "spot" },
    taints: [{ key: "x", value: "y", effect: "NoSchedule" }],
    nodes: 10,
    most: 40,
    cpuMillis: 7_500,
    memoryBytes: 34_359_738_368,
    pods: 58,
    pricePerHour: 0.12,
    onDemandPricePerHour: 0.4,
    reclaimsPerHour: 5,
    reclaimNoticeMs: 30_000,
    reclaimTaint: { key: "aws-node-termination-handler/spot-itn", effect: "NoExecute" },
    startupMs: 45_000,
  });
  assert.deepEqual([steady!.most, steady!.cpuMillis, steady!.memoryBytes], [3, 4_000, 16_000_000_000]);
  assert.deepEqual({ ...scenario, nodeGroups: [], curves: [], events: [] }, {
    seed: 42,
    lengthMs: 48 * HOUR,
    startMs: Date.UTC(2026, 2, 1, 12),
    currency: "EUR",
    nodeGroups: [],
    autoscaler: { enabled: false, delayMs: 60_000, idleMs: 0 },
    pods: { startupMs: 20_000, startupJitterMs: 0 },
    curves: [],
    events: [],
  });
  assert.deepEqual(scenario.curves, [{
    workload: WEB,
    everyMs: 24 * HOUR,
    points: [{ atMs: 0, replicas: 4 }, { atMs: 8 * HOUR, replicas: 20 }],
  }]);
  assert.deepEqual(JSON.parse(JSON.stringify(scenario.events)), [
    { do: "deploy", workload: "*", atMs: HOUR, everyMs: HOUR },
    { do: "deploy", workload: "all", atMs: HOUR },
    { do: "deploy", workload: { kind: "StatefulSet", namespace: "shop", name: "db" }, atMs: HOUR },
    { do: "reclaim", group: "spot", nodes: 3, atMs: 2 * HOUR },
    { do: "outage", group: "spot", takeNodes: false, forMs: HOUR * 0.75, atMs: 3 * HOUR },
    { do: "scale", workload: WEB, replicas: 30, atMs: 4 * HOUR },
    { do: "annotate", workload: WEB, annotations: { "a.b/c": "40", d: null }, atMs: 5 * HOUR },
  ]);
  assert.deepEqual(assumptions, []);
});

const PRICES: readonly [group: string, onDemand: number, isAssumed: boolean][] = [
  ["reclaimsPerHour: 1", 0.3, true],
  ["labels: { karpenter.sh/capacity-type: spot }", 0.3, true],
  ["labels: { karpenter.sh/capacity-type: on-demand }", 0.1, false],
  ["reclaimsPerHour: 0", 0.1, false],
  ["reclaimsPerHour: 1, onDemandPricePerHour: 0.2", 0.2, false],
];

for (const [group, onDemand, isAssumed] of PRICES) {
  Deno.test(`loadScenario() has ${onDemand} for on-demand where a group is { ${group} }`, () => {
    const text = `nodeGroups: [{ name: a, nodes: 1, cpu: 1, memory: 1Gi, pricePerHour: 0.1, ${group} }]`;
    const { scenario, assumptions } = loaded(text);
    assert.equal(scenario.nodeGroups[0]!.onDemandPricePerHour, onDemand);
    assert.deepEqual(
      assumptions,
      isAssumed
        ? [
          "Node group a: such a node is taken to cost 0.3 USD an hour on-demand, 3 times its price, since " +
          "onDemandPricePerHour is not given.",
        ]
        : [],
    );
  });
}

const FORM = "has to hold a mapping with keys such as length, nodeGroups and events; {} means all defaults";
const GO = 'has to be a Go duration such as "30s", "4h" or "1h30m"';
const QUANTITY = 'has to be a Kubernetes quantity such as "500m", "2", "512Mi" or "32Gi", more than 0';
const WORKLOAD = '"KIND NAMESPACE/NAME" of a Deployment or StatefulSet, such as "Deployment shop/web"';
const group = (keys: string) =>
  `nodeGroups: [{ name: a, nodes: 2, cpu: 1, memory: 1Gi, pricePerHour: 1, ${keys} }]`;
const curve = (keys: string) => `curves: [{ workload: Deployment a/b, ${keys} }]`;
const event = (keys: string) => `events: [{ at: 1h, ${keys} }]`;

/** What follows the name of the file. */
const PROBLEMS: readonly [text: string, problem: string][] = [
  ["", `: holds nothing; it ${FORM}`],
  ["# only a comment\n---\n", `: holds nothing; it ${FORM}`],
  ["- a", `: ${FORM}`],
  ["hello", `: ${FORM}`],
  [
    "seed: 1\nevents: [",
    ", line 2: Flow sequence in block collection must be sufficiently indented and end with a ]",
  ],
  ["seed: 1\nseed: 2", ", line 2: Map keys must be unique"],
  [
    "a: *b",
    ", line 1: its aliases cannot be resolved: Unresolved alias (the anchor must be set before the alias): b",
  ],
  ["seed: !Ref x", ", line 1: Unresolved tag: !Ref"],
  ["seed: 1\n---\nseed: 2", ", line 2: a second document begins; there may be one"],
  [
    "lenght: 1h",
    ": lenght is no key; allowed are seed, length, start, currency, nodeGroups, autoscaler, pods, curves, events",
  ],
  [
    "__proto__: 1",
    ": __proto__ is no key; allowed are seed, length, start, currency, nodeGroups, autoscaler, pods, curves, events",
  ],
  ["seed: -1", ": seed is -1, has to be an integer from 0 to 4294967295"],
  ["seed: one", ': seed is "one", has to be an integer from 0 to 4294967295'],
  ["length: 24", `: length is 24, ${GO}, at least 1m, at most 2160h`],
  ["length: 91d", `: length is "91d", ${GO}, at least 1m, at most 2160h`],
  ["length: 2161h", `: length is "2161h", ${GO}, at least 1m, at most 2160h`],
  ["start: 2026-01-05", ': start is "2026-01-05", has to be a time in UTC such as "2026-01-05T00:00:00Z"'],
  [
    "start: 2026-02-30T00:00:00Z",
    ': start is "2026-02-30T00:00:00Z", has to be a time in UTC such as "2026-01-05T00:00:00Z"',
  ],
  ["currency: 5", ": currency is 5, has to be a text such as USD"],
  ["autoscaler: on", ': autoscaler is "on", has to be a mapping'],
  ["autoscaler: { enabled: yes }", ': autoscaler.enabled is "yes", has to be true or false'],
  ["autoscaler: { deley: 1s }", ": autoscaler.deley is no key; allowed are enabled, delay, idle"],
  ["pods: { startup: -5s }", `: pods.startup is "-5s", ${GO}, at most 24h`],
  ["nodeGroups: { spot: 1 }", ': nodeGroups is {"spot":1}, has to be a list of node groups'],
  ["nodeGroups: [5]", ": nodeGroups[0] is 5, has to be a mapping"],
  [
    "nodeGroups: [{ nodes: 1, cpu: 1, memory: 1, pricePerHour: 1 }]",
    ": nodeGroups[0].name is missing, has to be a DNS label such as spot-a",
  ],
  [
    group("name: Spot_1").replace("name: a, ", ""),
    ': nodeGroups[0].name is "Spot_1", has to be a DNS label such as spot-a',
  ],
  [group("most: 1"), ": nodeGroups[0].most is 1, has to be at least nodes (2)"],
  [group("cpu: 8x").replace("cpu: 1, ", ""), `: nodeGroups[0].cpu is "8x", ${QUANTITY}`],
  [group("memory: 0").replace("memory: 1Gi, ", ""), `: nodeGroups[0].memory is 0, ${QUANTITY}`],
  [group("memory: 9e99").replace("memory: 1Gi, ", ""), `: nodeGroups[0].memory is 9e+99, ${QUANTITY}`],
  [group("pods: 0"), ": nodeGroups[0].pods is 0, has to be an integer from 1 to 10000"],
  [group("reclaimsPerHour: -1"), ": nodeGroups[0].reclaimsPerHour is -1, has to be a number from 0 to 3600"],
  [group('labels: { "a b": c }'), ': nodeGroups[0].labels["a b"] is no label key'],
  [
    group("labels: { karpenter.sh/x: true }"),
    ': nodeGroups[0].labels["karpenter.sh/x"] is true, has to be a label value: a text, so true and numbers need quotes ("true")',
  ],
  [
    group("taints: [{ key: x, effect: Never }]"),
    ': nodeGroups[0].taints[0].effect is "Never", has to be NoSchedule, PreferNoSchedule or NoExecute',
  ],
  [curve("points: []"), ": curves[0].points is [], has to hold at least one point"],
  [
    "curves: [{ workload: web, points: [{ at: 0h, replicas: 1 }] }]",
    `: curves[0].workload is "web", has to be ${WORKLOAD}`,
  ],
  [
    curve("points: [{ at: 2h, replicas: 1 }, { at: 1h, replicas: 1 }]"),
    ': curves[0].points[1].at is "1h", has to be later than the point before it (2h)',
  ],
  [
    curve("points: [{ at: 2h, replicas: 1 }, { at: 120m, replicas: 1 }]"),
    ': curves[0].points[1].at is "120m", has to be later than the point before it (2h)',
  ],
  [
    curve("points: [{ at: 24h, replicas: 1 }]"),
    ': curves[0].points[0].at is "24h", has to be less than length (24h)',
  ],
  [
    curve("every: 12h, points: [{ at: 12h, replicas: 1 }]"),
    ': curves[0].points[0].at is "12h", has to be less than every (12h)',
  ],
  [
    "curves: [{ workload: Deployment a/b, points: [{ at: 0h, replicas: 1 }] }, { workload: Deployment a/b, points: [{ at: 0h, replicas: 1 }] }]",
    ': curves[1].workload is "Deployment a/b", has to differ from curves[0].workload',
  ],
  [
    event("do: explode"),
    ': events[0].do is "explode", has to be one of: deploy, reclaim, outage, scale, annotate',
  ],
  [
    "events: [{ at: 1h }]",
    ": events[0].do is missing, has to be one of: deploy, reclaim, outage, scale, annotate",
  ],
  ["events: [deploy]", ': events[0] is "deploy", has to be a mapping'],
  ["events: [{ do: deploy }]", `: events[0].at is missing, ${GO}`],
  [event("do: deploy, every: 1s"), `: events[0].every is "1s", ${GO}, at least 1m`],
  [event("do: deploy, workload: some"), `: events[0].workload is "some", has to be "*", "all", or ${WORKLOAD}`],
  [event("do: deploy, group: a"), ": events[0].group is no key; allowed are do, at, every, workload"],
  ["events: [{ at: 24h, do: deploy }]", ': events[0].at is "24h", has to be less than length (24h)'],
  [event("do: reclaim, group: a"), ': events[0].group is "a", has to be a node group: spot, on-demand'],
  [
    `${group("labels: {}")}\n${event("do: reclaim, group: b")}`,
    ': events[0].group is "b", has to be a node group: a',
  ],
  [
    `${group("most: 3")}\n${event("do: reclaim, group: a, nodes: 4")}`,
    ": events[0].nodes is 4, has to be at most as many as the group can have (3)",
  ],
  [event("do: outage, group: spot"), `: events[0].for is missing, ${GO}, at least 1ms`],
  [
    event("do: scale, workload: Deployment a/b"),
    ": events[0].replicas is missing, has to be an integer from 0 to 100000",
  ],
  [
    event("do: annotate, workload: Deployment a/b, annotations: { x: 40 }"),
    ': events[0].annotations.x is 40, has to be a text ("40"), or null',
  ],
  [
    event("do: annotate, workload: Deployment a/b, annotations: {}"),
    ": events[0].annotations is {}, has to name at least one annotation",
  ],
];

for (const [text, problem] of PROBLEMS) {
  Deno.test(`loadScenario() refuses ${JSON.stringify(text)}`, () => {
    assert.deepEqual(problemsOf(text), [`s.yaml${problem}`]);
  });
}

Deno.test("loadScenario() names every problem at once, those of two keys as well", () => {
  const problems = problemsOf(`
seed: x
what: 1
nodeGroups: [{ name: a, nodes: 3, most: 2, cpu: y, memory: 1, pricePerHour: 1 }]
events: [{ at: 30h, do: reclaim, group: b }, { at: 1h, do: nothing }]
`);
  assert.deepEqual(problems.map((each) => each.split(" ")[1]).sort(), [
    "events[0].at",
    "events[0].group",
    "events[1].do",
    "nodeGroups[0].cpu",
    "nodeGroups[0].most",
    "seed",
    "what",
  ]);
});

Deno.test("loadScenario() lets a repeated curve go beyond a shorter length", () => {
  loaded(`length: 6h\n${curve("every: 24h, points: [{ at: 0h, replicas: 1 }, { at: 8h, replicas: 2 }]")}`);
});

Deno.test("loadScenario() cuts long values in a problem of one line", () => {
  const [problem] = problemsOf(`seed: "${"x\\n".repeat(5_000)}"`);
  assert.ok(problem!.length < 200 && !problem!.includes("\n"), problem);
});

forAll("loadScenario() never throws: a scenario, or problems of one line each", { runs: 1_500 }, (random) => {
  const text = JSON.stringify(mutated(parse(WHOLE), random));
  const result = loadScenario({ path: "s.yaml", text });
  if (result.ok) {
    for (const group of result.scenario.nodeGroups) assert.ok(group.most >= group.nodes && group.cpuMillis > 0);
  } else {
    for (const problem of result.problems) {
      assert.match(problem, /^s\.yaml[:,] [^\n]+$/);
      assert.doesNotMatch(problem, /Invalid|expected/, "a message of the library's own");
    }
  }
});

Deno.test("missingWorkloads() names each place that speaks of a workload which is not there", () => {
  const { scenario } = loaded(WHOLE);
  const workloads = [{ kind: "Deployment", namespace: "shop", name: "webb" }] as const;
  const rest = "has to be one that the manifests have: Deployment shop/webb";
  assert.deepEqual(missingWorkloads(scenario, { file: "s.yaml", workloads }), [
    `s.yaml: curves[0].workload is "Deployment shop/web", ${rest}`,
    `s.yaml: events[2].workload is "StatefulSet shop/db", ${rest}`,
    `s.yaml: events[5].workload is "Deployment shop/web", ${rest}`,
    `s.yaml: events[6].workload is "Deployment shop/web", ${rest}`,
  ]);
});
