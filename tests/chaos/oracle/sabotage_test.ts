import assert from "node:assert/strict";
import type { Deployment, Node, Pod } from "../../../src/sim/objects.ts";
import { BUDGETS, DEPLOYMENTS, NODES, PODS } from "../../../src/sim/resources.ts";
import type { Settings } from "./eviction_judge.ts";
import { type Rule, RULES } from "./rules.ts";
import { deployment, RogueScene, SETTINGS } from "./support/rogue_scene.ts";

interface Sabotage {
  readonly rule: Rule;
  readonly title: string;
  readonly settings?: Settings;
  readonly act: (scene: RogueScene) => Promise<void>;
}

const NEWS_MS = 300;

/** A change, time enough to hear of it, and an eviction all the same. */
function after(change: (scene: RogueScene) => void | Promise<void>, waitMs = NEWS_MS): Sabotage["act"] {
  return async (scene) => {
    const [victim] = scene.pods();
    await change(scene);
    await scene.pass(waitMs);
    await scene.evict(victim!);
  };
}

function cordon(scene: RogueScene, name: string): void {
  scene.change<Node>(NODES, name, (node) => ({ ...node, spec: { ...node.spec, unschedulable: true } }));
}

function sicken(scene: RogueScene, { metadata: { name } }: Pod): void {
  const { api, storage } = scene.cluster;
  const pod = storage.get<Pod>(PODS, { namespace: "shop", name })!;
  const conditions = pod.status!.conditions!.map((condition) => ({ ...condition, status: "False" as const }));
  api.update(PODS, { ...pod, status: { ...pod.status, conditions } }, { subresource: "status" });
}

/** Its pod was placed on spot, and no node will do. */
function strandedDeployment(): object {
  const { metadata, spec } = deployment("stuck", { replicas: 1 });
  const template = {
    metadata: {
      labels: { app: "stuck", "spotalis.io/capacity": "spot" },
      annotations: { "spotalis.io/slot": "0" },
    },
    spec: { ...spec.template.spec, nodeSelector: { "example.com/nowhere": "true" } },
  };
  return { metadata, spec: { ...spec, template } };
}

const WORKLOAD = { namespace: "shop", workload: "Deployment/web" };

const SABOTAGES: readonly Sabotage[] = [
  {
    rule: "policy",
    title: "the percentage is no number",
    act: after((scene) => scene.annotate({ "spotalis.io/spot-percentage": "seventy" })),
  },
  {
    rule: "policy",
    title: "the workload is nobody's to move",
    act: after((scene) =>
      scene.change<Deployment>(DEPLOYMENTS, "web", ({ metadata, ...rest }) => ({
        ...rest,
        metadata: { ...metadata, labels: { "spotalis.io/enabled": "false" } },
      }))
    ),
  },
  {
    rule: "deleted",
    title: "the workload is on its way out",
    act: after((scene) => {
      const ref = { namespace: "shop", name: "web" };
      scene.cluster.api.delete(DEPLOYMENTS, ref, { propagationPolicy: "Foreground" });
    }),
  },
  { rule: "empty", title: "replicas is 0", act: after((scene) => scene.spec({ replicas: 0 })) },
  { rule: "paused", title: "it is paused", act: after((scene) => scene.spec({ paused: true })) },
  {
    rule: "rollout",
    title: "a new revision is rolled out",
    act: after((scene) => {
      const { template } = deployment("web", { replicas: 4 }).spec;
      scene.spec({ template: { ...template, metadata: { labels: { app: "web", revision: "2" } } } });
    }),
  },
  {
    rule: "moving",
    title: "another pod is terminating",
    act: after((scene) => {
      scene.cluster.api.delete(PODS, scene.pods()[1]!.metadata);
    }),
  },
  {
    rule: "interrupted",
    title: "a node of its pods is cordoned",
    act: after((scene) => cordon(scene, scene.pods()[1]!.spec.nodeName!)),
  },
  {
    rule: "no surplus on on-demand",
    title: "all is where it belongs",
    act: after((scene) => scene.annotate({ "spotalis.io/spot-percentage": "0" })),
  },
  {
    rule: "no surplus on spot",
    title: "a pod of the kind that has too few is taken",
    act: async (scene) => {
      const name = scene.pods()[0]!.spec.nodeName!;
      scene.change<Node>(NODES, name, ({ metadata, ...rest }) => ({
        ...rest,
        metadata: { ...metadata, labels: { ...metadata.labels, "karpenter.sh/capacity-type": "spot" } },
      }));
      scene.annotate({ "spotalis.io/min-on-demand": "0" });
      await scene.pass(NEWS_MS);
      await scene.evict(scene.pods().find(({ spec }) => spec.nodeName === name)!);
    },
  },
  {
    rule: "floor",
    title: "only as many are ready on on-demand as have to be",
    act: after((scene) => sicken(scene, scene.pods()[1]!)),
  },
  {
    rule: "window",
    title: "its window is closed",
    act: after((scene) =>
      scene.annotate({
        "spotalis.io/disruption-schedule": "0 3 * * *",
        "spotalis.io/disruption-duration": "2h",
      })
    ),
  },
  {
    rule: "cooldown",
    title: "the last move was 5 s ago",
    act: async (scene) => {
      await scene.evict(scene.pods()[0]!);
      await scene.pass(5_000);
      await scene.evict(scene.pods()[0]!);
    },
  },
  {
    rule: "ineffective",
    title: "the last replacement was not placed",
    act: async (scene) => {
      await scene.evict(scene.pods()[0]!);
      await scene.pass(15_000);
      await scene.evict(scene.pods()[0]!);
    },
  },
  {
    rule: "budget",
    title: "a budget allows none",
    act: after(async (scene) => {
      const metadata = { namespace: "shop", name: "web" };
      const spec = { maxUnavailable: 0, selector: { matchLabels: { app: "web" } } };
      await scene.create(BUDGETS, { metadata, spec });
    }),
  },
  {
    rule: "protected",
    title: "its owner's annotation forbids it",
    act: after((scene) =>
      scene.change<Pod>(PODS, scene.pods()[0]!.metadata.name, ({ metadata, ...rest }) => ({
        ...rest,
        metadata: { ...metadata, annotations: { "karpenter.sh/do-not-disrupt": "true" } },
      }))
    ),
  },
  {
    rule: "not ours",
    title: "a pod of no workload",
    act: async (scene) => {
      await scene.create(PODS, {
        metadata: { namespace: "shop", name: "alone", labels: { app: "alone" } },
        spec: { containers: [{ name: "main", image: "registry.example.com/app:1" }] },
      });
      await scene.evict(scene.pods("alone")[0]!);
    },
  },
  {
    rule: "gone",
    title: "a pod that has been gone for a while",
    act: after((scene) => {
      scene.cluster.api.delete(PODS, scene.pods()[0]!.metadata, { gracePeriodSeconds: 0 });
    }),
  },
  {
    rule: "fallback",
    title: "a pod that has a node",
    act: (scene) => scene.evict(scene.pods()[0]!, { decision: { reason: "fallback" } }),
  },
  {
    rule: "fallback",
    title: "a pod that has waited for a minute",
    act: async (scene) => {
      await scene.create(DEPLOYMENTS, strandedDeployment());
      await scene.pass(60_000);
      await scene.evict(scene.pods("stuck")[0]!, { decision: { reason: "fallback" } });
    },
  },
  {
    rule: "probe",
    title: "spot is tried a minute after a fallback",
    act: async (scene) => {
      for (const account of scene.oracle.accounts.values()) account.fallbackMs = scene.clock.now();
      await scene.pass(60_000);
      await scene.evict(scene.pods()[0]!);
    },
  },
  {
    rule: "storm",
    title: "three nodes of five are gone",
    act: async (scene) => {
      await scene.pass(11 * 60_000);
      const [victim, ...others] = scene.pods();
      for (const { spec } of others) cordon(scene, spec.nodeName!);
      await scene.pass(NEWS_MS);
      await scene.evict(victim!);
    },
  },
  {
    rule: "capped",
    title: "a second one in a minute, where one is the most",
    settings: { ...SETTINGS, maxEvictionsPerMinute: 1 },
    act: async (scene) => {
      await scene.evict(scene.pods()[0]!);
      await scene.pass(30_000);
      await scene.evict(scene.pods()[0]!);
    },
  },
  { rule: "leader", title: "another leads", act: after((scene) => scene.lead("another")) },
  {
    rule: "stale",
    title: "a watch has been silent for too long",
    act: after((scene) => void (scene.silentMs = 70_000)),
  },
  {
    rule: "stale",
    title: "a watch is away",
    act: after((scene) => void (scene.goneMs = 1_000)),
  },
  {
    rule: "throttled",
    title: "the API server has just asked to slow down",
    act: async (scene) => {
      await scene.evict(scene.pods()[0]!, { told: 429 });
      await scene.pass(NEWS_MS);
      await scene.evict(scene.pods()[0]!);
    },
  },
  {
    rule: "precondition",
    title: "no UID is named",
    act: (scene) => scene.evict(scene.pods()[0]!, { uid: undefined }),
  },
  {
    rule: "unreasoned",
    title: "nothing was said before",
    act: (scene) => scene.evict(scene.pods()[0]!, { decision: null }),
  },
  {
    rule: "unreasoned",
    title: "another pod was named",
    act: (scene) => scene.evict(scene.pods()[0]!, { decision: { victims: ["web-other"] } }),
  },
  {
    rule: "unavailable",
    title: "two at once",
    act: async (scene) => {
      const [first, second] = scene.pods();
      const decision = { victims: [first!.metadata.name, second!.metadata.name] };
      await scene.evict(first!, { decision });
      await scene.evict(second!, { decision });
    },
  },
  {
    rule: "unavailable",
    title: "three at once, where two may be",
    settings: { ...SETTINGS, maxUnavailable: "50%" },
    act: async (scene) => {
      const victims = scene.pods().slice(0, 3);
      const decision = { victims: victims.map(({ metadata }) => metadata.name) };
      for (const [index, victim] of victims.entries()) {
        await scene.evict(victim, { decision: index === 0 ? decision : null });
      }
    },
  },
  ...["DELETE /api/v1/namespaces/shop/pods/web-1", "PATCH /apis/apps/v1/namespaces/shop/deployments/web"].map((
    text,
  ): Sabotage => ({
    rule: "write",
    title: text,
    act: (scene) => {
      const [method, path] = text.split(" ") as [string, string];
      scene.conduct.sent({ method, path, body: "", sentMs: 0 });
      return Promise.resolve();
    },
  })),
  {
    rule: "unlogged",
    title: "nothing is said afterwards",
    act: async (scene) => {
      await scene.evict(scene.pods()[0]!, { outcome: null });
      await scene.pass(25_000);
      scene.conduct.tick();
    },
  },
  {
    rule: "unlogged",
    title: "more is claimed than was granted",
    act: (scene) => scene.evict(scene.pods()[0]!, { told: 500, outcome: "evicted" }),
  },
  {
    rule: "uncounted",
    title: "the metric forgets one",
    act: async (scene) => {
      scene.process.startedMs = 5_000;
      await scene.evict(scene.pods()[0]!);
      const labels = 'namespace="shop",workload="web",workload_type="Deployment",outcome="evicted"';
      scene.metricsText = `spotalis_evictions_total{${labels}} 2\n`;
      await scene.conduct.compareMetrics();
    },
  },
  {
    rule: "error",
    title: "an error that nothing explains",
    act: (scene) => {
      scene.log("error", "reconciliation failed", {
        ...WORKLOAD,
        error: new Error("undefined is not a function"),
      });
      return Promise.resolve();
    },
  },
  {
    rule: "drain",
    title: "it does not end when it is asked to",
    act: async (scene) => {
      scene.process.isStopping = true;
      scene.conduct.tick();
      await scene.pass(61_000);
      scene.conduct.tick();
    },
  },
  {
    rule: "unmended",
    title: "a drift is left as it is",
    act: async (scene) => {
      for (const account of scene.oracle.accounts.values()) account.unplacedMs = -Infinity;
      await scene.pass(8 * 60_000);
      scene.mending.tick();
    },
  },
  {
    rule: "unmended",
    title: "a drift is left at the end",
    act: (scene) => Promise.resolve(scene.mending.expectExact()),
  },
];

for (const { rule, title, act, settings } of SABOTAGES) {
  Deno.test(`the chaos's judge catches "${rule}": ${title}`, async () => {
    const { rules, details } = await RogueScene.play(act, settings);
    assert(rules.includes(rule), `caught: ${rules.join(", ")}\n${details.join("\n")}`);
  });
}

Deno.test("the chaos's judge has nothing against an eviction with every gate open", async () => {
  const { rules, details } = await RogueScene.play(async (scene) => {
    await scene.evict(scene.pods()[0]!);
    await scene.pass(25_000);
    scene.conduct.tick();
    scene.mending.tick();
  });
  assert.deepEqual(rules, [], details.join("\n"));
});

Deno.test("the chaos's judge has nothing against two at once, where two may be", async () => {
  const settings = { ...SETTINGS, maxUnavailable: 2 };
  const { rules, details } = await RogueScene.play(async (scene) => {
    scene.annotate({ "spotalis.io/min-on-demand": "0" });
    await scene.pass(NEWS_MS);
    const [first, second] = scene.pods();
    const decision = { victims: [first!.metadata.name, second!.metadata.name] };
    await scene.evict(first!, { decision });
    await scene.evict(second!, { decision: null });
  }, settings);
  assert.deepEqual(rules, [], details.join("\n"));
});

Deno.test("the chaos's judge forgives what the operator cannot know yet", async () => {
  const { rules, details } = await RogueScene.play(async (scene) => {
    const [victim] = scene.pods();
    scene.spec({ paused: true });
    await scene.pass(20);
    await scene.evict(victim!);
  });
  assert.deepEqual(rules, [], details.join("\n"));
});

Deno.test("each rule of the chaos's judge has a sabotage that it catches", () => {
  const caught = new Set(SABOTAGES.map(({ rule }) => rule));
  // Caught by who runs the processes and the clock: see fleet_test.ts and watchful_clock_test.ts.
  assert.deepEqual(RULES.filter((rule) => !caught.has(rule)), ["end", "busy"]);
});

Deno.test("the chaos's judge has nothing against a fallback for a pod that has waited long enough", async () => {
  const { rules, details } = await RogueScene.play(async (scene) => {
    await scene.create(DEPLOYMENTS, strandedDeployment());
    await scene.pass(125_000);
    await scene.evict(scene.pods("stuck")[0]!, { decision: { reason: "fallback" } });
  });
  assert.deepEqual(rules, [], details.join("\n"));
});
