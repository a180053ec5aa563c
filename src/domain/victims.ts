import type { Capacity } from "./capacity.ts";
import { type Census, isLive } from "./census.ts";
import { slotCapacity, type Split } from "./distribution.ts";
import type { BudgetView, PodView } from "./snapshot.ts";

export interface VictimRequest {
  readonly pods: readonly PodView[];
  readonly census: Census;
  readonly split: Split;
  /** The kind that has too many. */
  readonly from: Capacity;
  /** How many to take at the most. */
  readonly limit: number;
  readonly budgets: readonly BudgetView[];
}

/** Why a pod that would have been next was passed over. */
export type PassedOver = "protected" | "floor" | "budget";

export interface Selection {
  readonly victims: readonly PodView[];
  readonly passedOver: readonly {
    readonly pod: PodView;
    readonly because: PassedOver;
    readonly detail: string;
  }[];
}

/** The pods to evict, in order, and those that came before them but may not be. */
export function chooseVictims(request: VictimRequest): Selection {
  const { census, split, from, limit } = request;
  const allowed = new Map(request.budgets.map((budget) => [budget.name, budget.disruptionsAllowed]));
  const victims: PodView[] = [];
  const passedOver: Selection["passedOver"][number][] = [];
  let readyOnDemand = census.readyOnDemand;
  for (const pod of candidates(request)) {
    if (victims.length >= limit) break;
    const lowersFloor = from === "on-demand" && pod.isReady;
    const refusal = protection(pod) ?? (lowersFloor && readyOnDemand <= split.minOnDemand
      ? {
        because: "floor" as const,
        detail: `${readyOnDemand} ready on on-demand, floor ${split.minOnDemand}`,
      }
      : budgetRefusal(pod, allowed));
    if (refusal !== undefined) {
      passedOver.push({ pod, ...refusal });
      continue;
    }
    victims.push(pod);
    if (lowersFloor) readyOnDemand--;
    if (!pod.isPending) { for (const name of pod.budgets) allowed.set(name, (allowed.get(name) ?? 0) - 1); }
  }
  return { victims, passedOver };
}

type Refusal = { readonly because: PassedOver; readonly detail: string };

function protection(pod: PodView): Refusal | undefined {
  if (pod.protectedBy !== undefined) return { because: "protected", detail: pod.protectedBy };
  return pod.isPinned ? { because: "protected", detail: "pinned by its template" } : undefined;
}

/** The eviction API lets pending pods pass, and refuses a pod that two budgets cover. */
function budgetRefusal(pod: PodView, allowed: ReadonlyMap<string, number>): Refusal | undefined {
  if (pod.isPending) return undefined;
  if (pod.budgets.length > 1) {
    const names = pod.budgets.toSorted().map((name) => `"${name}"`).join(" and ");
    return { because: "budget", detail: `disruption budgets ${names} cover one pod: eviction allows one` };
  }
  const name = pod.budgets[0];
  if (name === undefined || (allowed.get(name) ?? 0) > 0) return undefined;
  return { because: "budget", detail: `disruption budget "${name}" allows 0 disruptions` };
}

/** Not ready first, then those in a slot of the other kind, then the highest slot, then the youngest. */
function candidates({ pods, split, from }: VictimRequest): PodView[] {
  const isMisplaced = (pod: PodView) => pod.slot !== undefined && slotCapacity(pod.slot, split) !== from;
  return pods.filter((pod) => isLive(pod) && pod.where === from).toSorted((a, b) =>
    Number(a.isReady) - Number(b.isReady) ||
    Number(isMisplaced(b)) - Number(isMisplaced(a)) ||
    (b.slot ?? -1) - (a.slot ?? -1) ||
    b.createdMs - a.createdMs ||
    (a.uid < b.uid ? -1 : 1)
  );
}
