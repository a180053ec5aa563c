import { SETTINGS } from "./rogue_scene.ts";
import { after, NEWS_MS, type Sabotage } from "./sabotage.ts";

const WORKLOAD = { namespace: "shop", workload: "Deployment/web" };

/** What a process does that may not, or leaves out. */
export const SABOTAGES_BY_PROCESSES: readonly Sabotage[] = [
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
