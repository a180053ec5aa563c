import type { Clock } from "../../../src/runtime/clock.ts";
import { type Action, actionText } from "../plan/action.ts";
import type { Fleet } from "./fleet.ts";
import type { Journal } from "./journal.ts";
import type { NodeActs } from "./node_acts.ts";
import type { Undoing } from "./undoing.ts";
import type { WebhookService } from "./webhook_service.ts";
import type { WorkloadActs } from "./workload_acts.ts";
import type { EmbeddedCluster } from "../../../src/sim/cluster.ts";

export interface DirectorDeps {
  readonly clock: Clock;
  readonly cluster: EmbeddedCluster;
  readonly journal: Journal;
  readonly fleet: Fleet;
  readonly undoing: Undoing;
  readonly webhook: WebhookService;
  readonly workloads: WorkloadActs;
  readonly nodes: NodeActs;
}

/** Makes happen what a plan says. */
export class Director {
  readonly #deps: DirectorDeps;

  constructor(deps: DirectorDeps) {
    this.#deps = deps;
  }

  async play(action: Action): Promise<void> {
    const { journal, workloads, nodes, cluster } = this.#deps;
    journal.note(actionText(action));
    journal.count(action.do);
    switch (action.do) {
      case "deploy":
        return workloads.deploy(action);
      case "scale":
        return workloads.scale(action);
      case "curve":
        return workloads.curve(action);
      case "annotate":
        return workloads.annotate(action);
      case "label":
        return workloads.label(action);
      case "annotate namespace":
        return workloads.annotateNamespace(action);
      case "pause":
        return workloads.pause(action);
      case "budget":
        return await workloads.budget(action);
      case "recreate":
        return workloads.recreate(action);
      case "recreate namespace":
        return workloads.recreateNamespace(action);
      case "delete pod":
        return workloads.deletePod(action);
      case "sicken pod":
        return workloads.sickenPod(action);
      case "protect pod":
        return workloads.protectPod(action);
      case "cordon":
        return nodes.cordon(action);
      case "relabel":
        return nodes.relabel(action);
      case "break node":
        return nodes.breakNode(action);
      case "reclaim":
        return nodes.reclaim(action);
      case "outage":
        return nodes.outage(action);
      case "compact":
        return cluster.compact();
      default:
        return this.#trouble(action);
    }
  }

  /** The chaos is over: all that is wrong is mended, and owners ask for something that can be had. */
  async calm(): Promise<void> {
    const { journal, undoing, fleet, webhook, workloads } = this.#deps;
    journal.note("all trouble ends");
    undoing.all();
    fleet.heal();
    await webhook.become("well");
    await workloads.calm();
  }

  #trouble(action: Action): void {
    const { fleet, undoing, webhook, clock } = this.#deps;
    switch (action.do) {
      case "kill":
      case "restart":
        return fleet.replace(action.which, { forMs: action.forMs, isKilled: action.do === "kill" });
      case "roll out operator":
        return fleet.rollOut();
      case "webhook":
        void webhook.become(action.is);
        return undoing.after(action.forMs, () => void webhook.become("well"));
    }
    if (!("which" in action)) return;
    const member = fleet.member(action.which);
    if (member === undefined) return;
    const { process, conduct } = member;
    switch (action.do) {
      case "freeze":
        process.freeze();
        return undoing.after(action.forMs, () => process.thaw());
      case "cut watches":
        return process.transport.cutWatches();
      case "storm":
        return process.trouble.storm({ share: action.share, untilMs: clock.now() + action.forMs });
      case "part":
        process.trouble.part(action.from);
        conduct.parted(action.from !== "lease");
        return undoing.after(action.forMs, () => {
          process.trouble.heal();
          conduct.parted(false);
        });
    }
  }
}
