import { isApiError } from "../kube/api_error.ts";
import type { KubeClient } from "../kube/client.ts";
import type { KubeObject } from "../kube/objects.ts";
import type { CachedOwner } from "./cached.ts";
import type { ControllerRef, Projections } from "./projections.ts";

/** Admission must answer well within the webhook's own limit of 2 s. */
const LIVE_READ_MS = 500;

/** Reads a pod's owner from the API server itself: for a first pod that is faster than the watch. */
export class OwnerReader {
  readonly #client: KubeClient;
  readonly #projections: Projections;

  constructor(deps: { client: KubeClient; projections: Projections }) {
    this.#client = deps.client;
    this.#projections = deps.projections;
  }

  /** Undefined where there is no such object. */
  async read({ kind, name }: ControllerRef, namespace: string): Promise<CachedOwner | undefined> {
    const isSet = kind === "ReplicaSet";
    const path = `/apis/apps/v1/namespaces/${namespace}/${isSet ? "replicasets" : "statefulsets"}/${name}`;
    try {
      const signal = new AbortController().signal;
      const object = await this.#client.request<KubeObject>("GET", path, { signal, deadlineMs: LIVE_READ_MS });
      return isSet ? this.#projections.replicaSet(object) : this.#projections.statefulSet(object);
    } catch (error) {
      if (isApiError(error, 404)) return undefined;
      throw error;
    }
  }
}
