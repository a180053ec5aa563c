import type { Clock } from "../../runtime/clock.ts";
import { sleep } from "../../runtime/clock.ts";
import type { ApiServer } from "../api/api_server.ts";
import { ApiFailure } from "../api/failure.ts";
import { type ApiObject, timestamp } from "../objects.ts";
import { EVENTS } from "../resources.ts";
import type { RecordEvent } from "./control_loop.ts";

interface EventObject extends ApiObject {
  readonly involvedObject: { readonly uid?: string };
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly lastTimestamp?: string | null;
}

/** An API server forgets Events after an hour (`--event-ttl`). */
const LIFE_MS = 3_600_000;
const SWEEP_MS = 60_000;

/** Writes the Events of the cluster's own parts, equal ones as one with a count, and forgets all that are old. */
export class EventLog {
  readonly #deps: { readonly api: ApiServer; readonly clock: Clock };
  readonly #isOn: boolean;
  /** What an Event says -> its name, and the object's namespace. */
  readonly #known = new Map<string, { readonly name: string; readonly namespace: string }>();

  /** What goes wrong in the background ends the run. */
  #fail: (error: unknown) => void = () => {};

  constructor(deps: { api: ApiServer; clock: Clock }, { isOn }: { isOn: boolean }) {
    this.#deps = deps;
    this.#isOn = isOn;
  }

  record: RecordEvent = (object, { type, reason, message, component }) => {
    if (!this.#isOn) return;
    const { api, clock } = this.#deps;
    const key = JSON.stringify([object.metadata.uid, reason, message]);
    const known = this.#known.get(key);
    const earlier = known && api.storage.get<EventObject>(EVENTS, known);
    const now = timestamp(clock.wall());
    if (earlier !== undefined) {
      api.update(EVENTS, { ...earlier, count: (earlier.count ?? 1) + 1, lastTimestamp: now } as EventObject);
      return;
    }
    const namespace = object.metadata.namespace ?? "default";
    const name = `${object.metadata.name}.${Math.floor(clock.wall() * 1e3).toString(16)}${
      this.#known.size.toString(16)
    }`;
    this.#known.set(key, { name, namespace });
    const event = {
      metadata: { name, namespace },
      involvedObject: {
        kind: object.kind,
        ...(object.metadata.namespace === undefined ? {} : { namespace }),
        name: object.metadata.name,
        uid: object.metadata.uid,
        apiVersion: object.apiVersion,
        resourceVersion: object.metadata.resourceVersion,
      },
      type,
      reason,
      message,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      eventTime: null,
      source: { component },
      reportingComponent: component,
      reportingInstance: "",
    };
    api.create(EVENTS, event).catch((error) => {
      // Of an object whose namespace is going, nobody wants to hear.
      if (!(error instanceof ApiFailure)) this.#fail(error);
    });
  };

  async run(signal: AbortSignal): Promise<void> {
    const failed = new Promise<void>((_, reject) => this.#fail = reject);
    await Promise.race([failed, this.#sweep(signal)]);
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    const { api, clock } = this.#deps;
    while (!signal.aborted) {
      await sleep(clock, SWEEP_MS, signal);
      const oldest = timestamp(clock.wall() - LIFE_MS);
      for (const event of api.storage.all<EventObject>(EVENTS)) {
        const last = event.lastTimestamp ?? event.metadata.creationTimestamp;
        if (last < oldest) api.delete(EVENTS, event.metadata);
      }
      for (const [key, ref] of this.#known) {
        if (api.storage.get(EVENTS, ref) === undefined) this.#known.delete(key);
      }
    }
  }
}
