import type { Clock } from "../../../src/runtime/clock.ts";
import type { ApiServer, Draft } from "../../../src/sim/api/api_server.ts";
import { ApiFailure } from "../../../src/sim/api/failure.ts";
import {
  type ApiObject,
  type Condition,
  conditionOf,
  isTerminating,
  type Namespace,
  type Pod,
  type PodDisruptionBudget,
  timestamp,
} from "../../../src/sim/objects.ts";
import { BUDGETS, NAMESPACES, PODS } from "../../../src/sim/resources.ts";
import { podsOf, type Workload } from "../oracle/truth.ts";
import type { Action } from "../plan/action.ts";
import type { Catalogue, Entry } from "../plan/catalogue.ts";
import type { Undoing } from "./undoing.ts";

type Of<Do extends Action["do"]> = Extract<Action, { do: Do }>;
type Texts = Readonly<Record<string, string>> | undefined;

export interface WorkloadActsDeps {
  readonly api: ApiServer;
  readonly clock: Clock;
  readonly catalogue: Catalogue;
  readonly undoing: Undoing;
}

/** A namespace is emptied before it goes: how soon to look again. */
const RETRY_MS = 2_000;
const RETRIES = 60;

/** What owners do to their workloads, and what happens to their pods. */
export class WorkloadActs {
  readonly #deps: WorkloadActsDeps;

  constructor(deps: WorkloadActsDeps) {
    this.#deps = deps;
  }

  async createAll(): Promise<void> {
    const { api, catalogue } = this.#deps;
    for (const namespace of catalogue.namespaces) await api.create(NAMESPACES, namespace);
    for (const { type, draft } of catalogue.entries) await api.create(type, draft as Draft<ApiObject>);
  }

  deploy({ of }: Of<"deploy">): void {
    this.#change(of, (workload) => {
      const { template } = workload.spec;
      const at = new Date(this.#deps.clock.wall()).toISOString();
      const annotations = {
        ...template.metadata?.annotations,
        "kubectl.kubernetes.io/restartedAt": at,
      };
      const metadata = { ...template.metadata, annotations };
      return withSpec(workload, { template: { ...template, metadata } });
    });
  }

  scale({ of, replicas }: Of<"scale">): void {
    this.#change(of, (workload) => withSpec(workload, { replicas }));
  }

  curve({ of, sizes, everyMs }: Of<"curve">): void {
    for (const [step, replicas] of sizes.entries()) {
      this.#deps.undoing.after(step * everyMs, () => this.scale({ do: "scale", of, replicas }));
    }
  }

  annotate({ of, annotations }: Of<"annotate">): void {
    this.#change(of, (workload) => withMetadata(workload, { annotations }));
  }

  label({ of, labels }: Of<"label">): void {
    this.#change(of, (workload) => withMetadata(workload, { labels }));
  }

  annotateNamespace({ namespace, annotations }: Of<"annotate namespace">): void {
    const { api } = this.#deps;
    const there = api.storage.get<Namespace>(NAMESPACES, { name: namespace });
    if (there !== undefined) attempt(() => api.update(NAMESPACES, withMetadata(there, { annotations })));
  }

  pause({ of, forMs }: Of<"pause">): void {
    if (this.#entry(of).type.kind !== "Deployment") return;
    this.#change(of, (workload) => withSpec(workload, { paused: true }));
    this.#deps.undoing.after(
      forMs,
      () => this.#change(of, (workload) => withSpec(workload, { paused: false })),
    );
  }

  async budget({ of, name: which, spec }: Of<"budget">): Promise<void> {
    const { api } = this.#deps;
    const { namespace, name: app } = this.#entry(of);
    const ref = { namespace, name: `${app}-${which}` };
    const there = api.storage.get<PodDisruptionBudget>(BUDGETS, ref);
    const full = { selector: { matchLabels: { app } }, ...spec };
    if (spec === undefined) attempt(() => there && api.delete(BUDGETS, ref));
    else if (there !== undefined) attempt(() => api.update(BUDGETS, { ...there, spec: full }));
    else await attemptAsync(() => api.create(BUDGETS, { metadata: ref, spec: full }));
  }

  recreate({ of, afterMs }: Of<"recreate">): void {
    const { api } = this.#deps;
    const entry = this.#entry(of);
    attempt(() => api.delete(entry.type, entry));
    this.#deps.undoing.after(afterMs, () => this.#createAgain([entry], RETRIES));
  }

  recreateNamespace({ namespace, afterMs }: Of<"recreate namespace">): void {
    const { api, catalogue, undoing } = this.#deps;
    attempt(() => api.delete(NAMESPACES, { name: namespace }));
    const draft = catalogue.namespaces.find(({ metadata }) => metadata.name === namespace)!;
    const entries = catalogue.entries.filter((entry) => entry.namespace === namespace);
    const all = [{ type: NAMESPACES, namespace: "", name: namespace, draft }, ...entries];
    undoing.after(afterMs, () => this.#createAgain(all as readonly Entry[], RETRIES));
  }

  deletePod({ of, choice }: Of<"delete pod">): void {
    const pod = this.#pod(of, choice);
    if (pod !== undefined) attempt(() => this.#deps.api.delete(PODS, pod.metadata));
  }

  sickenPod({ of, choice, forMs }: Of<"sicken pod">): void {
    const pod = this.#pod(of, choice);
    if (pod === undefined || conditionOf(pod, "Ready")?.status !== "True") return;
    this.#setReady(pod, "False");
    this.#deps.undoing.after(forMs, () => this.#setReady(pod, "True"));
  }

  protectPod({ of, choice, forMs }: Of<"protect pod">): void {
    const pod = this.#pod(of, choice);
    if (pod === undefined) return;
    const protect = (value: string | null) =>
      this.#changePod(
        pod,
        (current) => withMetadata(current, { annotations: { "karpenter.sh/do-not-disrupt": value } }),
      );
    protect("true");
    this.#deps.undoing.after(forMs, () => protect(null));
  }

  /** Nothing that owners ask for is in the way any more, and all that should be there is. */
  async calm(): Promise<void> {
    const { api, catalogue } = this.#deps;
    for (const { metadata } of [...api.storage.all<PodDisruptionBudget>(BUDGETS)]) {
      api.delete(BUDGETS, metadata);
    }
    const gone = catalogue.namespaces.filter(({ metadata }) =>
      api.storage.get(NAMESPACES, { name: metadata.name! }) === undefined
    );
    for (const namespace of gone) await attemptAsync(() => api.create(NAMESPACES, namespace));
    const annotations = {
      "spotalis.io/spot-percentage": "50",
      "spotalis.io/min-on-demand": "1",
      "spotalis.io/disruption-schedule": null,
      "spotalis.io/disruption-duration": null,
      "spotalis.io/spot-fallback": null,
    };
    for (const [of, { type, draft, namespace, name }] of catalogue.entries.entries()) {
      if (api.storage.get(type, { namespace, name }) === undefined) {
        await attemptAsync(() => api.create(type, draft as Draft<ApiObject>));
      }
      this.annotate({ do: "annotate", of, annotations });
      this.label({ do: "label", of, labels: { "spotalis.io/enabled": "true" } });
    }
    for (const { metadata } of catalogue.namespaces) {
      this.annotateNamespace({ do: "annotate namespace", namespace: metadata.name!, annotations });
    }
  }

  #createAgain(entries: readonly Entry[], retries: number): void {
    const { api, clock } = this.#deps;
    const create = async () => {
      for (const { type, namespace, name, draft } of entries) {
        const ref = type === NAMESPACES ? { name } : { namespace, name };
        const there = api.storage.get(type, ref);
        if (there !== undefined && !isTerminating(there)) continue;
        await api.create(type, draft as Draft<ApiObject>);
      }
    };
    create().catch((error) => {
      if (!(error instanceof ApiFailure)) throw error;
      if (retries > 0) clock.after(RETRY_MS, () => this.#createAgain(entries, retries - 1));
    });
  }

  #entry(of: number): Entry {
    return this.#deps.catalogue.entries[of]!;
  }

  #change(of: number, change: (workload: Workload) => Workload): void {
    const { api } = this.#deps;
    const { type, namespace, name } = this.#entry(of);
    const workload = api.storage.get<Workload>(type, { namespace, name });
    if (workload !== undefined) attempt(() => api.update(type, change(workload)));
  }

  #pod(of: number, choice: number): Pod | undefined {
    const { storage } = this.#deps.api;
    const { type, namespace, name } = this.#entry(of);
    const workload = storage.get<Workload>(type, { namespace, name });
    if (workload === undefined) return undefined;
    const pods = podsOf(storage, workload).pods.filter((pod) => !isTerminating(pod))
      .sort((a, b) => a.metadata.name < b.metadata.name ? -1 : 1);
    return pods[Math.floor(choice * pods.length)];
  }

  #setReady(pod: Pod, status: Condition["status"]): void {
    const lastTransitionTime = timestamp(this.#deps.clock.wall());
    this.#changePod(pod, (current) => {
      const conditions = (current.status?.conditions ?? []).map((condition) =>
        condition.type === "Ready" || condition.type === "ContainersReady"
          ? { ...condition, status, lastTransitionTime }
          : condition
      );
      return { ...current, status: { ...current.status, conditions } };
    }, "status");
  }

  #changePod({ metadata }: Pod, change: (pod: Pod) => Pod, subresource?: "status"): void {
    const { api } = this.#deps;
    const current = api.storage.get<Pod>(PODS, metadata);
    if (current?.metadata.uid !== metadata.uid || isTerminating(current)) return;
    attempt(() => api.update(PODS, change(current), { subresource }));
  }
}

function withSpec(workload: Workload, change: object): Workload {
  return { ...workload, spec: { ...workload.spec, ...change } } as Workload;
}

function withMetadata<T extends ApiObject>(
  object: T,
  change: Partial<Record<"labels" | "annotations", Readonly<Record<string, string | null>>>>,
): T {
  const merged = (before: Texts, after: Readonly<Record<string, string | null>> = {}) =>
    Object.fromEntries(Object.entries({ ...before, ...after }).filter(([, value]) => value !== null));
  const { labels, annotations } = object.metadata;
  const metadata = {
    ...object.metadata,
    labels: merged(labels, change.labels),
    annotations: merged(annotations, change.annotations),
  };
  return { ...object, metadata };
}

/** What the API server refuses in the turmoil has not happened. */
export function attempt(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
  }
}

export async function attemptAsync(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
  }
}
