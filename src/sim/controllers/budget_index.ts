import { type LabelSelector, matchesSelector } from "../../domain/label_selector.ts";
import type { ApiServer } from "../api/api_server.ts";
import type { Pod, PodDisruptionBudget } from "../objects.ts";
import { BUDGETS, PODS } from "../resources.ts";

/** Finds the budgets of a pod and the pods of a budget by one label that a budget asks for. */
export class BudgetIndex {
  readonly #api: ApiServer;
  /** A namespace with a label that budgets ask for, or without any -> the names of these budgets. */
  readonly #names = new Map<string, Set<string>>();

  constructor(api: ApiServer) {
    this.#api = api;
  }

  add(budget: PodDisruptionBudget): void {
    const key = keyOf(budget);
    const names = this.#names.get(key);
    if (names === undefined) this.#names.set(key, new Set([budget.metadata.name]));
    else names.add(budget.metadata.name);
  }

  delete(budget: PodDisruptionBudget): void {
    const key = keyOf(budget);
    const names = this.#names.get(key);
    names?.delete(budget.metadata.name);
    if (names?.size === 0) this.#names.delete(key);
  }

  *budgetsOf({ metadata: { namespace = "", labels = {} } }: Pod): Generator<PodDisruptionBudget> {
    const keys = [
      `${namespace}/`,
      ...Object.keys(labels).map((label) => `${namespace}/${label}=${labels[label]}`),
    ];
    for (const key of keys) {
      for (const name of this.#names.get(key) ?? []) {
        const budget = this.#api.storage.get<PodDisruptionBudget>(BUDGETS, { namespace, name });
        if (budget !== undefined && selects(budget, labels)) yield budget;
      }
    }
  }

  podsOf(budget: PodDisruptionBudget): Pod[] {
    const { namespace = "" } = budget.metadata;
    const { storage } = this.#api;
    const label = labelOf(budget.spec.selector);
    const pods = label === undefined ? storage.all<Pod>(PODS, namespace) : storage.podsWith(namespace, label);
    return [...pods].filter(({ metadata }) => selects(budget, metadata.labels ?? {}));
  }
}

/** A budget without a selector is of no pod. */
function selects({ spec }: PodDisruptionBudget, labels: Readonly<Record<string, string>>): boolean {
  return spec.selector !== undefined && matchesSelector(labels, spec.selector);
}

function keyOf({ metadata, spec }: PodDisruptionBudget): string {
  const label = labelOf(spec.selector);
  return `${metadata.namespace}/${label === undefined ? "" : `${label.key}=${label.value}`}`;
}

function labelOf({ matchLabels = {} }: LabelSelector = {}): { key: string; value: string } | undefined {
  const [first] = Object.entries(matchLabels);
  return first === undefined ? undefined : { key: first[0], value: first[1] };
}
