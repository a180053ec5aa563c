import { describeProblem, type PolicyProblem } from "../domain/policy.ts";
import type { WorkloadKind } from "../domain/snapshot.ts";
import type { TemplatePin } from "../domain/template_pin.ts";
import type { EventToRecord, Regarding } from "../kube/event_recorder.ts";

/** A workload as an Event names it. */
export interface Announced {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

type What = Omit<EventToRecord, "regarding">;

/** The Events that Spotalis writes, each with its words. */
export class Announcer {
  readonly #record: (event: EventToRecord) => void;

  constructor(record: (event: EventToRecord) => void) {
    this.#record = record;
  }

  rebalancing(workload: Announced, note: string): void {
    this.#say(workload, { type: "Normal", reason: "Rebalancing", action: "Evict", note });
  }

  blockedByBudget(workload: Announced, note: string): void {
    this.#say(workload, { type: "Warning", reason: "BlockedByBudget", action: "Evict", note });
  }

  invalidPolicy(workload: Announced, problems: readonly PolicyProblem[]): void {
    const note = `not managed: ${problems.map(describeProblem).join("; ")}`;
    this.#say(workload, { type: "Warning", reason: "InvalidPolicy", action: "Read", note });
  }

  pinnedByTemplate(workload: Announced, { keys, capacity }: TemplatePin): void {
    const note = `the template's required node affinity names ${keys.join(" and ")}` +
      `${capacity === undefined ? "" : ` (${capacity})`}: its pods are left where it puts them`;
    this.#say(workload, { type: "Warning", reason: "PinnedByTemplate", action: "Place", note });
  }

  placementIneffective(workload: Announced, why: string): void {
    this.#say(workload, { type: "Warning", reason: "PlacementIneffective", action: "Evict", note: why });
  }

  /** `isOff`: its pods wait, since it does not fall back. */
  spotUnavailable(workload: Announced, { isOff, detail }: { isOff: boolean; detail: string }): void {
    const then = isOff ? "the fallback is off, they wait" : "its pods go to on-demand, and spot is tried again";
    const note = `no spot capacity: ${then} (${detail})`;
    this.#say(workload, { type: "Warning", reason: "SpotUnavailable", action: "Place", note });
  }

  /** `isOff`: its pods had waited. */
  spotRestored(workload: Announced, { isOff }: { isOff: boolean }): void {
    const note = isOff ? "no pod waits for a spot node any more" : "its pods go where they belong again";
    this.#say(workload, { type: "Normal", reason: "SpotRestored", action: "Place", note });
  }

  /** What the whole cluster is about is told of the operator's own Lease or namespace. */
  nodeStorm(regarding: Regarding, { isOver, note }: { isOver: boolean; note: string }): void {
    const what = isOver
      ? { type: "Normal", reason: "NodeStormOver" } as const
      : { type: "Warning", reason: "NodeStorm" } as const;
    this.#record({ regarding, ...what, action: "Evict", note });
  }

  #say({ kind, namespace, name, uid }: Announced, what: What): void {
    this.#record({ regarding: { apiVersion: "apps/v1", kind, namespace, name, uid }, ...what });
  }
}
