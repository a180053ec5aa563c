import { type Capacity, isCapacity } from "../domain/capacity.ts";
import { type JsonObject, objectAt, textAt } from "../domain/json.ts";
import * as keys from "../domain/keys.ts";
import type { NodeClassifier } from "../domain/node_classifier.ts";
import { isBehind, place, type Placement, type PlacementRequest } from "../domain/placement.ts";
import { type PatchOperation, podPatch } from "../domain/pod_patch.ts";
import { isPodShaped } from "../domain/pod_shape.ts";
import { named } from "../domain/quote.ts";
import type { Reservations } from "../domain/reservations.ts";
import { templatePin } from "../domain/template_pin.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Log, LogFields } from "../runtime/log.ts";
import { Sparing } from "../runtime/sparing.ts";
import type { Waiters } from "../runtime/waiters.ts";
import type { CachedOwner, CachedWorkload } from "./cached.ts";
import type { ClusterCache } from "./cluster_cache.ts";
import type { Announcer } from "./announcer.ts";
import { controllerOf, type ControllerRef, ordinalOf, parseSlot } from "./projections.ts";
import type { SpotFallback } from "./spot_fallback.ts";
import type { WorkloadView } from "./workload_view.ts";

/** A pod that is being created, as the API server asks about it. */
export interface PodAdmission {
  readonly uid: string;
  readonly namespace: string;
  readonly isDryRun: boolean;
  readonly pod: JsonObject;
  /** From then on, by the monotonic clock, nobody waits for the answer any more: it takes no place. */
  readonly untilMs?: number | undefined;
}

/** What became of a review: also the `result` of the metric. */
export type AdmissionResult =
  | "placed"
  | "unmanaged"
  | "invalid"
  | "pinned"
  | "read_only"
  | "no_owner"
  | "not_synced"
  | "error";

export interface AdmissionAnswer {
  readonly result: AdmissionResult;
  /** Empty: the pod is allowed as it is. */
  readonly patch: readonly PatchOperation[];
  readonly capacity?: Capacity;
}

export interface AdmissionDeps {
  readonly cache: ClusterCache;
  readonly view: WorkloadView;
  readonly classifier: NodeClassifier;
  readonly fallback: SpotFallback;
  readonly reservations: Reservations;
  /** Of owner UIDs: poked when the cache has news of an owner or its pods. */
  readonly waiters: Waiters;
  readonly clock: Clock;
  readonly log: Log;
  readonly announcer: Announcer;
  /** One live read of an owner that the cache does not have. */
  readonly readOwner: (reference: ControllerRef, namespace: string) => Promise<CachedOwner | undefined>;
}

export interface AdmissionOptions {
  readonly podDeletionCost: boolean;
  readonly isReadOnly: boolean;
}

interface Resolved {
  readonly owner: CachedOwner;
  readonly workload: CachedWorkload | undefined;
}

/** A pod that nobody can place comes again and again: of the same warning one is enough for a while. */
const WARNING_MS = 1_000;

const ALLOWED_AS_IS = { patch: [] } as const;

/** Decides where a new pod goes. It never refuses one. */
export class Admission {
  readonly #deps: AdmissionDeps;
  readonly #options: AdmissionOptions;
  readonly #warnings: Sparing;

  constructor(deps: AdmissionDeps, options: AdmissionOptions) {
    this.#deps = deps;
    this.#warnings = new Sparing(deps.clock, { everyMs: WARNING_MS });
    this.#options = options;
  }

  async review(admission: PodAdmission): Promise<AdmissionAnswer> {
    const reference = controllerOf(objectAt(admission.pod, "metadata"));
    if (reference === undefined || !["ReplicaSet", "StatefulSet"].includes(reference.kind)) {
      return { result: "unmanaged", ...ALLOWED_AS_IS };
    }
    if (!isPodShaped(admission.pod)) return { result: "unmanaged", ...ALLOWED_AS_IS };
    if (this.#deps.view.isOutOfScope(admission.namespace)) return { result: "unmanaged", ...ALLOWED_AS_IS };
    if (!this.#deps.cache.hasSynced) {
      this.#warn("pod allowed as it is: the caches are not synced yet", {
        namespace: named(admission.namespace),
      });
      return { result: "not_synced", ...ALLOWED_AS_IS };
    }
    const resolved = await this.#resolve(reference, admission.namespace);
    if (resolved === undefined) {
      this.#warn("pod allowed as it is: its owner cannot be found", {
        namespace: named(admission.namespace),
        owner: named(`${reference.kind}/${reference.name}`),
      });
      return { result: "no_owner", ...ALLOWED_AS_IS };
    }
    const { owner, workload } = resolved;
    const policy = workload && this.#deps.view.policyOf(workload);
    if (workload === undefined || policy?.kind !== "managed") {
      return { result: policy?.kind === "invalid" ? "invalid" : "unmanaged", ...ALLOWED_AS_IS };
    }
    const pin = templatePin(objectAt(admission.pod, "spec"), this.#deps.classifier);
    // The affinity that pins it may be the one that an earlier call for this very pod put there.
    if (pin !== undefined && this.#earlierPlacement(admission, owner) === undefined) {
      if (!admission.isDryRun) this.#deps.announcer.pinnedByTemplate(workload, pin);
      return { result: "pinned", ...ALLOWED_AS_IS };
    }
    return await this.#place(admission, { owner, workload, split: policy.policy });
  }

  /** The owner and its workload from the cache, or where that is behind, by one live read. */
  async #resolve(reference: ControllerRef, namespace: string): Promise<Resolved | undefined> {
    const { waiters, readOwner } = this.#deps;
    const cached = await waiters.until(
      reference.uid,
      () => this.#resolved(this.#cachedOwner(reference, namespace)),
    );
    if (cached !== undefined) return cached;
    const owner = await readOwner(reference, namespace);
    return owner?.uid === reference.uid ? this.#resolved(owner) : undefined;
  }

  /** An owner of another namespace is none of this pod's, whatever the pod says. */
  #cachedOwner({ uid }: ControllerRef, namespace: string): CachedOwner | undefined {
    const owner = this.#deps.view.ownerByUid(uid);
    return owner?.namespace === namespace ? owner : undefined;
  }

  /** Undefined while the owner, the workload that it names, or their namespace is not there. */
  #resolved(owner: CachedOwner | undefined): Resolved | undefined {
    if (owner === undefined) return undefined;
    if (owner.workloadUid === undefined) return { owner, workload: undefined };
    const workload = this.#deps.cache.workloadByUid(owner.workloadUid);
    const isWhole = workload?.namespace === owner.namespace &&
      this.#deps.cache.namespaces.get(workload.namespace) !== undefined;
    return isWhole ? { owner, workload } : undefined;
  }

  async #place(
    admission: PodAdmission,
    { owner, workload, split }: {
      owner: CachedOwner;
      workload: CachedWorkload;
      split: PlacementRequest["split"];
    },
  ): Promise<AdmissionAnswer> {
    const { clock, fallback, reservations, view, waiters } = this.#deps;
    const name = textAt(objectAt(admission.pod, "metadata"), "name");
    const ordinal = workload.firstOrdinal !== undefined && name !== undefined
      ? Math.max(0, (ordinalOf(name) ?? 0) - workload.firstOrdinal)
      : undefined;
    const request = (): PlacementRequest => ({
      split,
      replicas: (view.ownerByUid(owner.uid) ?? owner).replicas,
      held: [...view.heldBy(owner), ...reservations.of(owner.uid, clock.now())],
      ordinal,
      fallback: fallback.markOf(workload),
    });
    // Nothing may come between the count and the reservation: the next in line counts it.
    const take = (placement: Placement): Placement => {
      const isLate = clock.now() >= (admission.untilMs ?? Infinity);
      const isReal = !admission.isDryRun && !this.#options.isReadOnly && !isLate;
      if (!isReal) return placement;
      reservations.reserve(owner.uid, placement, clock.now());
      if (placement.capacity === "spot") fallback.probe(workload.uid, { isGiven: true });
      return placement;
    };
    const takeIfCurrent = () => isBehind(request()) ? undefined : take(place(request()));
    const earlier = this.#earlierPlacement(admission, owner);
    const placement = earlier !== undefined
      ? take(earlier)
      : await waiters.until(owner.uid, takeIfCurrent) ?? take(place(request()));
    if (this.#options.isReadOnly) {
      this.#log("pod would be placed", { admission, workload, placement });
      return { result: "read_only", ...ALLOWED_AS_IS, capacity: placement.capacity };
    }
    if (!admission.isDryRun) this.#log("pod placed", { admission, workload, placement });
    const { podDeletionCost } = this.#options;
    const patch = podPatch(admission.pod, placement, {
      classifier: this.#deps.classifier,
      deletionCost: podDeletionCost && workload.kind === "Deployment",
    });
    return { result: "placed", patch, capacity: placement.capacity };
  }

  /** The API server asks again when another webhook has changed the pod: the answer stays. */
  #earlierPlacement({ pod, isDryRun }: PodAdmission, owner: CachedOwner): Placement | undefined {
    if (owner.templateHasSlot) return undefined;
    const metadata = objectAt(pod, "metadata");
    const slot = parseSlot(textAt(objectAt(metadata, "annotations"), keys.SLOT));
    const capacity = textAt(objectAt(metadata, "labels"), keys.CAPACITY);
    if (slot === undefined || !isCapacity(capacity)) return undefined;
    const isReserved = this.#deps.reservations.of(owner.uid, this.#deps.clock.now())
      .some((held) => held.slot === slot && held.capacity === capacity);
    // A dry run has reserved nothing.
    return isReserved || isDryRun ? { slot, capacity, reason: "slot" } : undefined;
  }

  #warn(message: string, fields: LogFields): void {
    const leftOut = this.#warnings.pass(message);
    if (leftOut !== undefined) this.#deps.log.warn(message, { ...fields, leftOut });
  }

  #log(
    message: string,
    { admission, workload, placement }: {
      admission: PodAdmission;
      workload: CachedWorkload;
      placement: Placement;
    },
  ): void {
    this.#deps.log.info(message, {
      namespace: admission.namespace,
      workload: `${workload.kind}/${workload.name}`,
      ...placement,
    });
  }
}
