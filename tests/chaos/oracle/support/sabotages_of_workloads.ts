import type { Deployment, Node, Pod } from "../../../../src/sim/objects.ts";
import { BUDGETS, DEPLOYMENTS, NODES, PODS } from "../../../../src/sim/resources.ts";
import { deployment, SETTINGS } from "./rogue_scene.ts";
import { after, cordon, NEWS_MS, type Sabotage, sicken, strandedDeployment } from "./sabotage.ts";

/** Evictions of pods that have to stay, each by what keeps them. */
export const SABOTAGES_OF_WORKLOADS: readonly Sabotage[] = [
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
];
