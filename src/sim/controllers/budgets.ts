import type { StorageChange } from "../api/storage.ts";
import { isEqual } from "../equality.ts";
import type { ObjectRef, Pod, PodDisruptionBudget } from "../objects.ts";
import { BUDGETS, PODS } from "../resources.ts";
import { BudgetIndex } from "./budget_index.ts";
import { expectationOf, NoScale } from "./budget_scale.ts";
import { budgetStatus, failedStatus } from "./budget_status.ts";
import { type ControllerDeps, ControlLoop } from "./control_loop.ts";
import { concernsController } from "./pod_states.ts";

type Status = NonNullable<PodDisruptionBudget["status"]>;

/**
 * Keeps the status of disruption budgets (`pkg/controller/disruption`): as upstream, when they or their
 * pods change, but not when only the scale of a workload does.
 */
export class Budgets {
  readonly #deps: ControllerDeps;
  readonly #loop: ControlLoop;
  readonly #index: BudgetIndex;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
    this.#loop = new ControlLoop(deps, (ref) => this.#sync(ref));
    this.#index = new BudgetIndex(deps.api);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { storage } = this.#deps.api;
    for (const budget of storage.all<PodDisruptionBudget>(BUDGETS)) {
      this.#index.add(budget);
      this.#loop.touch(budget.metadata);
    }
    storage.onChange((change) => this.#see(change));
    await this.#loop.run(signal);
  }

  #see(change: StorageChange): void {
    const { type, before, object, event } = change;
    if (type === BUDGETS) {
      if (before !== undefined) this.#index.delete(before as PodDisruptionBudget);
      if (event === "DELETED") return;
      this.#index.add(object as PodDisruptionBudget);
      this.#loop.touch(object.metadata);
    } else if (type === PODS && concernsController(change)) {
      this.#touchOf(object as Pod);
      const isMoved = before !== undefined && !isEqual(before.metadata.labels, object.metadata.labels);
      if (isMoved) this.#touchOf(before as Pod);
    }
  }

  #touchOf(pod: Pod): void {
    for (const { metadata } of this.#index.budgetsOf(pod)) this.#loop.touch(metadata);
  }

  #sync(ref: ObjectRef): void {
    const { api } = this.#deps;
    const budget = api.storage.get<PodDisruptionBudget>(BUDGETS, ref);
    if (budget === undefined) return;
    const status = this.#statusOf(budget);
    if (isEqual(status, budget.status)) return;
    api.update(BUDGETS, { ...budget, status }, { subresource: "status" });
  }

  #statusOf(budget: PodDisruptionBudget): Status {
    const { api, clock } = this.#deps;
    const pods = this.#index.podsOf(budget);
    if (pods.length === 0) {
      this.#tell(budget, { type: "Normal", reason: "NoPods", message: "No matching pods found" });
    }
    const wallMs = clock.wall();
    try {
      const { isIncomplete, ...expectation } = expectationOf(budget, { pods, storage: api.storage });
      if (isIncomplete) this.#tellUnmanaged(budget);
      const { status, againInMs } = budgetStatus(budget, { ...expectation, pods, wallMs });
      // Only after the time has passed is it over.
      if (againInMs !== undefined) this.#loop.later(budget.metadata, againInMs + 1);
      return status;
    } catch (error) {
      if (!(error instanceof NoScale)) throw error;
      const { message } = error;
      this.#tell(budget, {
        type: "Warning",
        reason: "CalculateExpectedPodCountFailed",
        message: `Failed to calculate the number of expected pods: ${message}`,
      });
      return failedStatus(budget, { message, wallMs });
    }
  }

  #tellUnmanaged(budget: PodDisruptionBudget): void {
    const message =
      "Pods selected by this PodDisruptionBudget were found to be unmanaged. As a result, the status " +
      "of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these " +
      'pods please set ".spec.minAvailable" field of the PDB to an integer value.';
    this.#tell(budget, { type: "Warning", reason: "UnmanagedPods", message });
  }

  #tell(
    budget: PodDisruptionBudget,
    event: { readonly type: "Normal" | "Warning"; readonly reason: string; readonly message: string },
  ): void {
    this.#deps.record(budget, { ...event, component: "controllermanager" });
  }
}
