import type { Clock } from "../../runtime/clock.ts";
import type { Random } from "../../runtime/random.ts";
import { WorkQueue } from "../../runtime/work_queue.ts";
import { ApiFailure } from "../api/failure.ts";
import type { ApiServer } from "../api/api_server.ts";
import type { ApiObject, ObjectRef } from "../objects.ts";

/** Says in an Event what a part of the cluster has done; kept only where somebody may look. */
export type RecordEvent = (
  object: ApiObject,
  event: {
    readonly type: "Normal" | "Warning";
    readonly reason: string;
    readonly message: string;
    /** Such as `deployment-controller`. */
    readonly component: string;
  },
) => void;

export interface ControllerDeps {
  readonly api: ApiServer;
  readonly clock: Clock;
  readonly random: Random;
  readonly record: RecordEvent;
}

/** From a change until a controller has taken note of it and acts. */
const REACTION_MS = { least: 5, most: 25 };
const RETRY_MS = 1_000;

/**
 * Keys that a controller brings to the state that is asked for: one at a time, a moment after something
 * that concerns them has changed, and again where the API server refused what was tried.
 */
export class ControlLoop {
  readonly #deps: Pick<ControllerDeps, "clock" | "random">;
  readonly #queue: WorkQueue;
  readonly #sync: (ref: ObjectRef) => void | Promise<void>;

  constructor(deps: Pick<ControllerDeps, "clock" | "random">, sync: (ref: ObjectRef) => void | Promise<void>) {
    this.#deps = deps;
    this.#queue = new WorkQueue(deps.clock);
    this.#sync = sync;
  }

  /** Something has changed that concerns `ref`. */
  touch(ref: ObjectRef): void {
    const { least, most } = REACTION_MS;
    this.later(ref, least + this.#deps.random() * (most - least));
  }

  /** Looks at `ref` after some time, if nothing makes it look earlier. */
  later({ namespace = "", name }: ObjectRef, ms: number): void {
    this.#queue.addAfter(`${namespace}/${name}`, ms);
  }

  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#queue.close());
    for (let key = await this.#queue.take(); key !== undefined; key = await this.#queue.take()) {
      const [namespace, name] = key.split("/") as [string, string];
      const ref = { ...(namespace === "" ? {} : { namespace }), name };
      try {
        await this.#sync(ref);
      } catch (error) {
        // What the API server refuses may be allowed later: a quota, a webhook that was not there.
        if (!(error instanceof ApiFailure)) throw error;
        this.later(ref, RETRY_MS);
      } finally {
        this.#queue.done(key);
      }
    }
  }
}
