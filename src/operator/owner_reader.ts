import { isApiError } from "../kube/api_error.ts";
import type { KubeClient } from "../kube/client.ts";
import type { KubeObject } from "../kube/objects.ts";
import { type Clock, deadline } from "../runtime/clock.ts";
import type { CachedOwner } from "./cached.ts";
import type { ControllerRef, Projections } from "./projections.ts";

/** Admission must answer well within the webhook's own limit of 2 s. */
const LIVE_READ_MS = 500;

/** Reads a pod's owner from the API server itself: for a first pod that is faster than the watch. */
export class OwnerReader {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #projections: Projections;

  constructor(deps: { client: KubeClient; clock: Clock; projections: Projections }) {
    this.#client = deps.client;
    this.#clock = deps.clock;
    this.#projections = deps.projections;
  }

  /** Undefined where there is no such object. */
  async read({ kind, name }: ControllerRef, namespace: string): Promise<CachedOwner | undefined> {
    const isSet = kind === "ReplicaSet";
    const path = `/apis/apps/v1/namespaces/${namespace}/${isSet ? "replicasets" : "statefulsets"}/${name}`;
    // For the wait in our own limiter as well, which is no part of the client's deadline.
    const limit = deadline(this.#clock, {
      ms: LIVE_READ_MS,
      reason: `${path}: no answer within ${LIVE_READ_MS} ms`,
    });
    try {
      const object = await this.#client.request<KubeObject>("GET", path, { signal: limit.signal });
      return isSet ? this.#projections.replicaSet(object) : this.#projections.statefulSet(object);
    } catch (error) {
      if (isApiError(error, 404)) return undefined;
      throw error;
    } finally {
      limit.release();
    }
  }
}
