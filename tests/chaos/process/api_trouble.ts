import type { Clock } from "../../../src/runtime/clock.ts";
import type { Random } from "../../../src/runtime/random.ts";

/** What can become of a request on its way. */
export type Fault =
  | { readonly kind: "none" }
  /** Refused at once, by the server or by what is before it. */
  | { readonly kind: "answer"; readonly code: number; readonly retryAfterSeconds?: number | undefined }
  | { readonly kind: "reset" }
  /** Never answered: `isServed` says whether the server did what was asked. */
  | { readonly kind: "silence"; readonly isServed: boolean }
  | { readonly kind: "slow"; readonly ms: number }
  /** Carried twice, as a proxy does that tries again. */
  | { readonly kind: "twice" };

export const NO_FAULT: Fault = { kind: "none" };

/** Which requests of a process do not get through at all. */
export type Partition = "none" | "all" | "lease" | "watches";

/** A share of the requests goes wrong, each in a way that chance chooses. */
export interface Storm {
  readonly share: number;
  readonly untilMs: number;
}

/** What is wrong between one process and the API server. */
export class ApiTrouble {
  readonly #clock: Clock;
  readonly #random: Random;
  #partition: Partition = "none";
  #storm: Storm | undefined;
  #onHealed: () => void = () => {};
  #healed: Promise<void> | undefined;
  /** The last moment at which anything was wrong. */
  #lastMs = -Infinity;

  constructor(deps: { clock: Clock; random: Random }) {
    this.#clock = deps.clock;
    this.#random = deps.random;
  }

  get partition(): Partition {
    return this.#partition;
  }

  get isStorming(): boolean {
    return this.#storm !== undefined && this.#clock.now() < this.#storm.untilMs;
  }

  /** When anything was wrong the last time; now, where it still is. */
  get lastMs(): number {
    if (this.#partition !== "none") return this.#clock.now();
    return Math.max(this.#lastMs, Math.min(this.#storm?.untilMs ?? -Infinity, this.#clock.now()));
  }

  part(partition: Partition): void {
    this.#lastMs = this.#clock.now();
    this.#partition = partition;
    this.#healed ??= new Promise((resolve) => this.#onHealed = resolve);
  }

  heal(): void {
    this.#lastMs = this.lastMs;
    this.#partition = "none";
    this.#storm = undefined;
    this.#healed = undefined;
    this.#onHealed();
  }

  storm(storm: Storm): void {
    this.#lastMs = this.#clock.now();
    this.#storm = storm;
  }

  /** Undefined: watches get through. Else when they may again. */
  watchesHeld(): Promise<void> | undefined {
    return this.#partition === "all" || this.#partition === "watches" ? this.#healed : undefined;
  }

  /** What becomes of a request that is sent now. */
  faultFor(of: { readonly isLease: boolean; readonly isWatch: boolean }): Fault {
    if (this.#isParted(of)) return { kind: "silence", isServed: false };
    const storm = this.#storm;
    if (storm === undefined || !this.isStorming || this.#random() >= storm.share) return NO_FAULT;
    return stormFault(this.#random);
  }

  #isParted({ isLease, isWatch }: { readonly isLease: boolean; readonly isWatch: boolean }): boolean {
    switch (this.#partition) {
      case "none":
        return false;
      case "all":
        return true;
      case "lease":
        return isLease;
      case "watches":
        return isWatch;
    }
  }
}

function stormFault(random: Random): Fault {
  const kind = random();
  if (kind < 0.25) return { kind: "answer", code: 500 };
  if (kind < 0.35) return { kind: "answer", code: 503 };
  if (kind < 0.45) return { kind: "answer", code: 429, retryAfterSeconds: 1 + Math.floor(random() * 20) };
  if (kind < 0.5) return { kind: "answer", code: 429 };
  if (kind < 0.55) return { kind: "answer", code: 410 };
  if (kind < 0.7) return { kind: "reset" };
  if (kind < 0.8) return { kind: "silence", isServed: random() < 0.5 };
  if (kind < 0.9) return { kind: "slow", ms: Math.floor(random() * 4_000) };
  return { kind: "twice" };
}
