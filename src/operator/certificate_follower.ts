import { type Clock, sleep } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import type { KeyPair } from "./certificate.ts";
import { AddressError } from "./server.ts";

export const RELOAD_RESULTS = ["success", "failure"] as const;
export type ReloadResult = (typeof RELOAD_RESULTS)[number];

export interface CertificateFollowerDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Throws where there is no usable pair. */
  readonly read: () => Promise<KeyPair>;
  /** Tells of changes until the signal is aborted; throws where it cannot. */
  readonly watch: (onChange: () => void, signal: AbortSignal) => Promise<void>;
  /** Serves with this pair from now on. Throws, and leaves all as it was, where that cannot be done. */
  readonly use: (pair: KeyPair) => void;
  /** What became of a change that came after the first usable pair. */
  readonly onReload: (result: ReloadResult) => void;
}

/** A directory may appear later, and a watch may miss something: this is how long it goes unnoticed. */
const POLL_MS = 10_000;
/** Several files are written one after the other: they are read once for all. */
const SETTLE_MS = 200;

/** Has the newest usable pair served, from the first on; whatever is wrong with a newer one, the old stays. */
export class CertificateFollower {
  readonly #deps: CertificateFollowerDeps;
  #used: KeyPair | undefined;
  #problem: string | undefined;
  #changed = new AbortController();

  constructor(deps: CertificateFollowerDeps) {
    this.#deps = deps;
  }

  /** Ends with the signal, or throws the `AddressError` of `use`. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#watch(signal), this.#follow(signal)]);
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { clock, log, watch } = this.#deps;
    while (!signal.aborted) {
      try {
        await watch(() => this.#changed.abort(), signal);
      } catch (error) {
        log.debug("the certificate is not watched, only polled", { error });
      }
      await sleep(clock, POLL_MS, signal);
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      // Before the reading: what changes meanwhile is read again.
      const changed = this.#changed = new AbortController();
      const wake = () => changed.abort();
      signal.addEventListener("abort", wake);
      await this.#read();
      await sleep(clock, POLL_MS, changed.signal);
      signal.removeEventListener("abort", wake);
      if (changed.signal.aborted) await sleep(clock, SETTLE_MS, signal);
    }
  }

  async #read(): Promise<void> {
    const { read, use, onReload } = this.#deps;
    try {
      const pair = await read();
      const used = this.#used;
      const isNew = pair.cert !== used?.cert || pair.key !== used.key || pair.ca !== used.ca;
      if (isNew) {
        use(pair);
        if (this.#used !== undefined) onReload("success");
        this.#used = pair;
      }
      this.#problem = undefined;
    } catch (error) {
      if (error instanceof AddressError) throw error;
      this.#tell(error instanceof Error ? error.message : String(error));
    }
  }

  /** Once for each problem, not at each poll. */
  #tell(why: string): void {
    const { log, onReload } = this.#deps;
    if (why === this.#problem) return;
    this.#problem = why;
    if (this.#used === undefined) {
      log.warn("webhook is not served: no certificate yet", { why });
    } else {
      const expires = new Date(this.#used.expiresMs).toISOString();
      log.warn("certificate not renewed: the old one is kept", { why, expires });
      onReload("failure");
    }
  }
}
