import { VirtualClock } from "../../../src/runtime/virtual_clock.ts";

/** What a busy cluster needs at one moment is a few dozens. */
const MOST_TIMERS = 3_000;

/** Virtual time that notices when it does not go on: somebody asks for the same moment again and again. */
export class WatchfulClock extends VirtualClock {
  #atMs = -1;
  #timers = 0;
  onStandstill: (timers: number) => void = () => {};

  override after(ms: number, run: () => void): () => void {
    if (this.now() !== this.#atMs) {
      this.#atMs = this.now();
      this.#timers = 0;
    }
    if (++this.#timers === MOST_TIMERS) this.onStandstill(this.#timers);
    return super.after(ms, run);
  }
}
