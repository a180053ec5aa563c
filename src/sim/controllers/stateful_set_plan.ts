import { isFinished, isTerminating, type Pod, type StatefulSet } from "../objects.ts";
import { resolved } from "./int_or_percent.ts";
import { isUnavailable, ordinalOf, ordinalsOf, partitionOf, revisionOfPod } from "./stateful_set_pods.ts";

export interface Known {
  /** All of them have an ordinal. */
  readonly pods: readonly Pod[];
  readonly currentRevision: string;
  readonly updateRevision: string;
  readonly wallMs: number;
}

/** What is to be done now. The rest is for when that has come about. */
export interface Plan {
  readonly create: readonly { readonly ordinal: number; readonly revision: string }[];
  readonly remove: readonly Pod[];
}

/** A place among the replicas, and who has it. */
interface Place {
  readonly ordinal: number;
  readonly pod: Pod | undefined;
}

const NOTHING: Plan = { create: [], remove: [] };

/** The next steps of a StatefulSet (`pkg/controller/statefulset/stateful_set_control.go`). */
export function planStatefulSet(set: StatefulSet, known: Known): Plan {
  const planner = new Planner(set, known);
  return set.spec.podManagementPolicy === "Parallel" ? planner.parallel() : planner.ordered();
}

class Planner {
  readonly #set: StatefulSet;
  readonly #known: Known;
  readonly #places: readonly Place[];
  /** Pods that are no replicas any more, the highest first. */
  readonly #condemned: readonly Pod[];

  constructor(set: StatefulSet, known: Known) {
    this.#set = set;
    this.#known = known;
    const { start, replicas } = ordinalsOf(set);
    const byOrdinal = new Map(known.pods.map((pod) => [ordinalOf(pod, set)!, pod]));
    this.#places = Array.from({ length: replicas }, (_, i) => ({
      ordinal: start + i,
      pod: byOrdinal.get(start + i),
    }));
    this.#condemned = [...byOrdinal].filter(([ordinal]) => ordinal < start || ordinal >= start + replicas)
      .sort(([a], [b]) => b - a).map(([, pod]) => pod);
  }

  /** One at a time, and only while all before it are well. */
  ordered(): Plan {
    for (const { ordinal, pod } of this.#places) {
      if (pod === undefined) return { ...NOTHING, create: [this.#new(ordinal)] };
      if (isFinished(pod) && !isTerminating(pod)) return { ...NOTHING, remove: [pod] };
      if (this.#isUnavailable(pod)) return NOTHING;
    }
    const [last] = this.#condemned;
    if (last !== undefined) {
      const firstUnavailable = this.#condemned.findLast((pod) => this.#isUnavailable(pod));
      const mayGo = !isTerminating(last) && (!this.#isUnavailable(last) || last === firstUnavailable);
      return mayGo ? { ...NOTHING, remove: [last] } : NOTHING;
    }
    return { ...NOTHING, remove: this.#outdated() };
  }

  /** All at once, but for updates. */
  parallel(): Plan {
    const finished = this.#places.flatMap(({ pod }) => pod !== undefined && isFinished(pod) ? [pod] : []);
    const leaving = [...finished, ...this.#condemned].filter((pod) => !isTerminating(pod));
    return {
      create: this.#places.filter(({ pod }) => pod === undefined).map(({ ordinal }) => this.#new(ordinal)),
      remove: [...new Set([...leaving, ...this.#outdated()])],
    };
  }

  #new(ordinal: number): { ordinal: number; revision: string } {
    return { ordinal, revision: this.#revisionFor(ordinal) };
  }

  /** A partition keeps what is below it at the revision that it had. */
  #revisionFor(ordinal: number): string {
    const { currentRevision, updateRevision } = this.#known;
    const isKept = !this.#isOnDelete && ordinal < ordinalsOf(this.#set).start + partitionOf(this.#set);
    return isKept ? currentRevision : updateRevision;
  }

  /** The pods that go for a newer revision now: from the highest, waiting for each to be replaced. */
  #outdated(): readonly Pod[] {
    if (this.#isOnDelete) return [];
    const places = this.#places.toReversed().slice(
      0,
      Math.max(this.#places.length - partitionOf(this.#set), 0),
    );
    const { maxUnavailable } = this.#set.spec.updateStrategy?.rollingUpdate ?? {};
    if (maxUnavailable !== undefined && this.#set.spec.podManagementPolicy === "Parallel") {
      return this.#outdatedWithin(
        places,
        resolved(maxUnavailable, { total: this.#places.length, round: Math.floor }) || 1,
      );
    }
    for (const { pod } of places) {
      if (pod !== undefined && this.#isOutdated(pod)) return [pod];
      if (pod === undefined || this.#isUnavailable(pod)) return [];
    }
    return [];
  }

  /** Who is unavailable already makes nothing worse by going. */
  #outdatedWithin(places: readonly Place[], maxUnavailable: number): readonly Pod[] {
    const missing = this.#places.filter(({ pod }) => pod === undefined || this.#isUnavailable(pod)).length;
    const outdated = places.flatMap(({ pod }) => pod !== undefined && this.#isOutdated(pod) ? [pod] : []);
    const available = outdated.filter((pod) => !this.#isUnavailable(pod));
    return [
      ...outdated.filter((pod) => this.#isUnavailable(pod)),
      ...available.slice(0, Math.max(maxUnavailable - missing, 0)),
    ];
  }

  #isOutdated(pod: Pod): boolean {
    return revisionOfPod(pod) !== this.#known.updateRevision && !isTerminating(pod);
  }

  #isUnavailable(pod: Pod): boolean {
    return isUnavailable(pod, this.#set, this.#known.wallMs);
  }

  get #isOnDelete(): boolean {
    return this.#set.spec.updateStrategy?.type === "OnDelete";
  }
}
