import { splitText } from "./frame_workloads.ts";
import { isAsAsked } from "./model_of.ts";
import type { Stage } from "./stage.ts";

export interface Chapter {
  readonly name: string;
  readonly title: string;
  /** What is shown, in at most two lines of 78 characters. */
  readonly words: string;
  /** How many simulated seconds are shown in a real one, to begin with. */
  readonly pace: number;
  /** Plays it; the answer says what it has come to. */
  readonly play: (stage: Stage) => Promise<string>;
}

export const CHAPTERS: readonly Chapter[] = [
  {
    name: "burst",
    title: "A burst that is right at once",
    words: "Three workloads start 19 pods at the same moment. Each pod is placed as it is " +
      "created, so the split is right from the first second: nothing is moved later.",
    pace: 1,
    async play(stage) {
      await stage.dwell(2.5);
      await stage.kubectl.apply();
      await stage.settled();
      return outcome(stage);
    },
  },
  {
    name: "rollout",
    title: "A rollout that ends right",
    words: "Pods of the old and the new version of web come and go together. The new ones " +
      "are counted on their own, so the rollout ends with the split that is asked.",
    pace: 1,
    async play(stage) {
      await stage.dwell(2);
      stage.kubectl.setImage("web", "shop/web:2");
      await stage.until(() => stage.workload("web").verdict?.reason === "rollout", {
        what: "the operator sees the rollout",
        withinMs: 10_000,
      });
      await stage.settled();
      return outcome(stage);
    },
  },
  {
    name: "scale",
    title: "Scaling down keeps the split",
    words: "web grows to 20 pods and shrinks to 6. Kubernetes removes pods in the order of " +
      "the deletion cost that Spotalis gave them: every size has the right split.",
    pace: 1,
    async play(stage) {
      await stage.dwell(2);
      for (const replicas of [20, 6, 10]) {
        stage.kubectl.scale("web", replicas);
        await stage.settled();
        await stage.dwell(1.5);
      }
      return outcome(stage);
    },
  },
  {
    name: "reclaim",
    title: "A spot node is taken back",
    words: "The cloud gives two minutes' notice. The node is drained as its pods' budgets " +
      "allow, and each replacement goes to spot again: nothing is left to repair.",
    pace: 2,
    async play(stage) {
      const { cluster, ledger, tally } = stage.theatre;
      await stage.dwell(2);
      cluster.cloud.reclaim("spot", 1);
      const [node] = [...ledger.departures.keys()];
      await stage.until(() => cluster.storage.podsOn(node!).length === 0, {
        what: "an empty node",
        withinMs: 100_000,
      });
      await stage.settled();
      stage.pace = 12;
      await stage.until(() => ledger.departures.size === 0, { what: "the node is gone", withinMs: 130_000 });
      return `${splits(stage)}. Evicted by the drain: ${tally.drained}, by Spotalis: ${tally.evictions}.`;
    },
  },
  {
    name: "policy",
    title: "A policy change, one pod at a time",
    words: "web is to have 40 % on spot. While its budget allows no disruption, Spotalis " +
      "waits. Then it evicts one pod, sees its replacement ready, and goes on.",
    pace: 3,
    async play(stage) {
      await stage.dwell(1.5);
      stage.kubectl.allowUnavailable("web", 0);
      stage.kubectl.askForSpot("web", 40);
      await stage.until(() => stage.workload("web").verdict?.reason === "budget", {
        what: "the operator meets the budget",
        withinMs: 30_000,
      });
      await stage.dwell(2);
      stage.kubectl.allowUnavailable("web", 1);
      await stage.settled(180_000);
      const { tally } = stage.theatre;
      const { actual, asked, replicas } = stage.workload("web");
      return `web ${splitText(actual)}, asked ${splitText(asked)}. Evicted by Spotalis: ${tally.evictions}; ` +
        `${tally.fewestReady("web")} of ${replicas} pods or more were ready.`;
    },
  },
  {
    name: "read-only",
    title: "Read-only: it only says what it would do",
    words: "The operator is started again with readOnlyMode. It watches and decides as " +
      "before, and tells in its log and metrics; it places and evicts nothing.",
    pace: 1,
    async play(stage) {
      const { ledger, tally } = stage.theatre;
      await stage.dwell(1.5);
      ledger.tell("you", "restart the operator with SPOTALIS_OPERATOR_READ_ONLY_MODE=true");
      await stage.theatre.restartReadOnly();
      await stage.dwell(3);
      stage.kubectl.askForSpot("web", 90);
      await stage.until(() => stage.workload("web").verdict?.reason === "drift", {
        what: "what the operator would do with web",
        withinMs: 30_000,
      });
      await stage.dwell(3);
      stage.kubectl.scale("api", 7);
      const isDecided = () => {
        const { ready, verdict } = stage.workload("api");
        return ready === 7 && verdict?.reason !== "rollout";
      };
      await stage.until(isDecided, { what: "what the operator would do with api", withinMs: 30_000 });
      const { actual, asked } = stage.workload("web");
      return `web is still ${splitText(actual)}, asked ${
        splitText(asked)
      }. Evicted by Spotalis: ${tally.evictions}.`;
    },
  },
];

function outcome(stage: Stage): string {
  return `${splits(stage)}. Evicted by Spotalis: ${stage.theatre.tally.evictions}.`;
}

/** `web 7/3, api 3/3, db 1/2, as asked` */
function splits({ workloads }: Stage): string {
  const all = workloads.map(({ name, actual }) => `${name} ${splitText(actual)}`).join(", ");
  return `${all}, ${workloads.every(isAsAsked) ? "as asked" : "not as asked"}`;
}
