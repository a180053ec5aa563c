import { matchesSelector } from "../../domain/label_selector.ts";
import type { Draft } from "../api/api_server.ts";
import type { ApiFailure } from "../api/failure.ts";
import type { StorageChange } from "../api/storage.ts";
import {
  type ApiObject,
  controllerOf,
  isTerminating,
  type ObjectRef,
  type Pod,
  type StatefulSet,
} from "../objects.ts";
import { CONTROLLER_REVISIONS, PODS, STATEFUL_SETS } from "../resources.ts";
import { type ControllerDeps, ControlLoop } from "./control_loop.ts";
import { Orphans } from "./orphans.ts";
import { claim, claims } from "./ownership.ts";
import { concernsController, nextAvailableInMs } from "./pod_states.ts";
import {
  type ControllerRevision,
  forgettableRevisions,
  inOrder,
  reviseTo,
  type RevisionPair,
  templateOf,
} from "./revisions.ts";
import { refusal, slowStart } from "./slow_start.ts";
import { type Plan, planStatefulSet } from "./stateful_set_plan.ts";
import { memberDraft, ordinalOf } from "./stateful_set_pods.ts";
import { statefulSetStatus } from "./stateful_set_status.ts";
import { runWorkers } from "./workers.ts";

const COMPONENT = "statefulset-controller";

/** Keeps the pods of each StatefulSet, every one with its own name, and updates them in order. */
export class StatefulSets {
  readonly #deps: ControllerDeps;
  readonly #loop: ControlLoop;
  readonly #orphans: Orphans<Pod>;
  readonly #orphanRevisions: Orphans<ControllerRevision>;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
    this.#loop = new ControlLoop(deps, (ref) => this.#sync(ref));
    this.#orphans = new Orphans(deps.api.storage, PODS);
    this.#orphanRevisions = new Orphans(deps.api.storage, CONTROLLER_REVISIONS);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { storage } = this.#deps.api;
    this.#orphans.start();
    this.#orphanRevisions.start();
    storage.onChange((change) => this.#see(change));
    for (const { metadata } of storage.all(STATEFUL_SETS)) this.#loop.touch(metadata);
    await runWorkers(this.#loop, signal);
  }

  #see(change: StorageChange): void {
    const { type, before, object, event } = change;
    if (type === STATEFUL_SETS && event !== "DELETED") this.#loop.touch(object.metadata);
    this.#orphanRevisions.see(change);
    const orphan = this.#orphans.see(change);
    if (orphan !== undefined) this.#offer(orphan);
    if (type !== PODS || !concernsController(change)) return;
    this.#touchOwner(object);
    if (before !== undefined && controllerOf(before)?.uid !== controllerOf(object)?.uid) {
      this.#touchOwner(before);
    }
  }

  #touchOwner(pod: ApiObject): void {
    const owner = controllerOf(pod);
    if (owner?.kind === "StatefulSet") {
      this.#loop.touch({ namespace: pod.metadata.namespace!, name: owner.name });
    }
  }

  #offer(pod: Pod): void {
    const { namespace, labels = {} } = pod.metadata;
    for (const set of this.#deps.api.storage.all<StatefulSet>(STATEFUL_SETS, namespace)) {
      const isWanted = matchesSelector(labels, set.spec.selector) && ordinalOf(pod, set) !== undefined;
      if (isWanted) this.#loop.touch(set.metadata);
    }
  }

  async #sync(ref: ObjectRef): Promise<void> {
    const { api, clock } = this.#deps;
    const set = api.storage.get<StatefulSet>(STATEFUL_SETS, ref);
    if (set === undefined) return;
    const namespace = ref.namespace!;
    const revisions = inOrder(
      claim(api, { type: CONTROLLER_REVISIONS, owner: set, orphans: this.#orphanRevisions.in(namespace) }),
    );
    const orphans = this.#orphans.in(namespace).filter((pod) => ordinalOf(pod, set) !== undefined);
    claim(api, { type: PODS, owner: set, orphans });
    const pair = await reviseTo(api, { set, revisions });
    const plan = planStatefulSet(set, { pods: this.#podsOf(set), ...namesOf(pair), wallMs: clock.wall() });
    const failure = isTerminating(set) ? undefined : await this.#act(set, { plan, pair });
    this.#report(set, pair);
    const pods = this.#podsOf(set);
    for (const { metadata } of forgettableRevisions(set, { revisions, pair, pods })) {
      api.delete(CONTROLLER_REVISIONS, metadata);
    }
    if (failure !== undefined) throw failure;
  }

  #podsOf(set: StatefulSet): Pod[] {
    const owned = this.#deps.api.storage.owned<Pod>(PODS, set.metadata.uid);
    return claims(set, { owned, orphans: [] }).kept.filter((pod) => ordinalOf(pod, set) !== undefined);
  }

  async #act(
    set: StatefulSet,
    { plan, pair }: { plan: Plan; pair: RevisionPair },
  ): Promise<ApiFailure | undefined> {
    const { create, remove } = plan;
    const failure = await slowStart(create.length, async (index) => {
      const { ordinal, revision } = create[index]!;
      const isUpdated = revision === pair.update.metadata.name;
      const draft = memberDraft(set, {
        ordinal,
        revision,
        template: templateOf(isUpdated ? pair.update : pair.current),
      });
      return await this.#createPod(set, draft);
    });
    if (failure !== undefined) return failure;
    for (const pod of remove) this.#deletePod(set, pod);
    return undefined;
  }

  async #createPod(set: StatefulSet, draft: Draft<Pod>): Promise<ApiFailure | undefined> {
    const { api, record } = this.#deps;
    const what = `Create Pod ${draft.metadata.name} in StatefulSet ${set.metadata.name}`;
    const failure = await refusal(api.create<Pod>(PODS, draft));
    if (failure === undefined) {
      record(set, {
        type: "Normal",
        reason: "SuccessfulCreate",
        message: `${what} successful`,
        component: COMPONENT,
      });
    } else if (failure.reason !== "AlreadyExists") {
      const message = `${what} failed error: ${failure.message}`;
      record(set, { type: "Warning", reason: "FailedCreate", message, component: COMPONENT });
    }
    return failure;
  }

  #deletePod(set: StatefulSet, pod: Pod): void {
    const { api, record } = this.#deps;
    // What had to go while others were being made may be gone already.
    if (api.storage.get(PODS, pod.metadata)?.metadata.uid !== pod.metadata.uid) return;
    api.delete(PODS, pod.metadata);
    const message = `Delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`;
    record(set, { type: "Normal", reason: "SuccessfulDelete", message, component: COMPONENT });
  }

  #report(acted: StatefulSet, pair: RevisionPair): void {
    const { api, clock } = this.#deps;
    const set = api.storage.get<StatefulSet>(STATEFUL_SETS, acted.metadata);
    if (set?.metadata.uid !== acted.metadata.uid) return;
    const pods = this.#podsOf(set);
    const wallMs = clock.wall();
    const { collisionCount } = pair;
    const { generation: observedGeneration } = acted.metadata;
    const status = statefulSetStatus(acted, {
      pods,
      ...namesOf(pair),
      collisionCount,
      observedGeneration,
      wallMs,
    });
    api.update(STATEFUL_SETS, { ...set, status }, { subresource: "status" });
    const waitMs = nextAvailableInMs(pods, { minReadySeconds: set.spec.minReadySeconds, wallMs });
    if (waitMs !== undefined) this.#loop.later(set.metadata, waitMs);
  }
}

function namesOf({ current, update }: RevisionPair): { currentRevision: string; updateRevision: string } {
  return { currentRevision: current.metadata.name, updateRevision: update.metadata.name };
}
