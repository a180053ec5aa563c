import { isApiError } from "../kube/api_error.ts";
import type { KubeClient } from "../kube/client.ts";
import type { KubeObject } from "../kube/objects.ts";
import { type Clock, deadline } from "../runtime/clock.ts";
import type { CachedOwner } from "./cached.ts";
import type { ControllerRef, Projections } from "./projections.ts";

/** Admission must answer well within the webhook's own limit of 2 s. */
const LIVE_READ_MS = 500;
/** At once. Whoever makes up owners must not use up the requests that evictions and watches need. */
const MOST_READS = 20;
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/: the text is a stranger's. */
const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Reads a pod's owner from the API server itself: for a first pod that is faster than the watch. */
export class OwnerReader {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #projections: Projections;
  /** Under way, by path: the pods of a burst share one. */
  readonly #reading = new Map<string, Promise<CachedOwner | undefined>>();

  constructor(deps: { client: KubeClient; clock: Clock; projections: Projections }) {
    this.#client = deps.client;
    this.#clock = deps.clock;
    this.#projections = deps.projections;
  }

  /** Undefined where there is no such object, or where too many are being read already. */
  read({ kind, name }: ControllerRef, namespace: string): Promise<CachedOwner | undefined> {
    const isSet = kind === "ReplicaSet";
    if (!NAME.test(name) || !NAME.test(namespace)) return Promise.resolve(undefined);
    const path = `/apis/apps/v1/namespaces/${namespace}/${isSet ? "replicasets" : "statefulsets"}/${name}`;
    const known = this.#reading.get(path);
    if (known !== undefined) return known;
    if (this.#reading.size >= MOST_READS) return Promise.resolve(undefined);
    const project = isSet ? this.#projections.replicaSet : this.#projections.statefulSet;
    const reading = this.#read(path, project).finally(() => this.#reading.delete(path));
    this.#reading.set(path, reading);
    return reading;
  }

  async #read(path: string, project: (object: KubeObject) => CachedOwner): Promise<CachedOwner | undefined> {
    // For the wait in our own limiter as well, which is no part of the client's deadline.
    const limit = deadline(this.#clock, {
      ms: LIVE_READ_MS,
      reason: `${path}: no answer within ${LIVE_READ_MS} ms`,
    });
    try {
      return project(await this.#client.request<KubeObject>("GET", path, { signal: limit.signal }));
    } catch (error) {
      if (isApiError(error, 404)) return undefined;
      throw error;
    } finally {
      limit.release();
    }
  }
}
