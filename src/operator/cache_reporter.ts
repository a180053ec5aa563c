import type { Clock } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";

/** Says once when a watch breaks, and once when it is whole again. */
export class CacheReporter {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #brokenSince = new Map<string, number>();

  constructor(deps: { clock: Clock; log: Log }) {
    this.#clock = deps.clock;
    this.#log = deps.log;
  }

  tell(resource: string, state: { readonly broken: unknown } | "whole"): void {
    if (state !== "whole") {
      this.#log.warn("watch broken, trying again", { resource, error: state.broken });
      this.#brokenSince.set(resource, this.#clock.now());
    } else {
      this.#log.info("watch whole again", { resource, afterMs: Math.round(this.brokenMs(resource)) });
      this.#brokenSince.delete(resource);
    }
  }

  /** For how long a resource's watch has been broken; 0: it is not. */
  brokenMs(resource: string): number {
    const sinceMs = this.#brokenSince.get(resource);
    return sinceMs === undefined ? 0 : this.#clock.now() - sinceMs;
  }
}
