import type { Clock } from "../../../src/runtime/clock.ts";
import { type Account, nameOf, type Oracle } from "./oracle.ts";
import type { Rule } from "./rules.ts";

export interface MendingDeps {
  readonly oracle: Oracle;
  readonly clock: Clock;
  /** Since when a leader works without any trouble. */
  readonly calmSinceMs: () => number | undefined;
  readonly report: (rule: Rule, detail: string) => void;
}

const MINUTE_MS = 60_000;
/** With nothing in the way: the longest of the operator's own retries, and then some. */
const USUAL_MS = 7 * MINUTE_MS;
/** After moves that were in vain, and between two tries of spot, the operator holds back for up to an hour. */
const AFTER_VAIN_MS = 70 * MINUTE_MS;
/** The longest that a storm lasts after a node was lost, if no other is. */
const STORM_MS = 11 * MINUTE_MS;
const VAIN_COUNTS_MS = 150 * MINUTE_MS;

/** Sees to it that no drift stays that could be mended. */
export class Mending {
  readonly #deps: MendingDeps;
  /** Longest time that a drift has waited for which nothing was in the way. */
  longestMs = 0;

  constructor(deps: MendingDeps) {
    this.#deps = deps;
  }

  tick(): void {
    const { oracle, clock, calmSinceMs } = this.#deps;
    const [nowMs, wallMs, calmMs] = [clock.now(), clock.wall(), calmSinceMs()];
    // Moves that are in vain for several workloads hold those of all.
    const vainMs = Math.max(-Infinity, ...[...oracle.accounts.values()].map(({ unplacedMs }) => unplacedMs));
    for (const account of oracle.accounts.values()) {
      if (account.mendableSince === undefined) continue;
      if (!oracle.isWindowOpen(account, wallMs)) account.closedMs = nowMs;
      if (calmMs === undefined) continue;
      const stormyMs = oracle.nodes.lostMs + STORM_MS;
      // Without room on spot nothing can go there: all that try are told.
      const fullMs = account.truth.surplus < 0 ? oracle.stuckMs : -Infinity;
      const waitedMs = nowMs -
        Math.max(account.mendableSince, account.closedMs, calmMs, stormyMs, fullMs, vainMs);
      const wasVain = nowMs - Math.max(vainMs, account.fallbackMs, account.markedMs) < VAIN_COUNTS_MS;
      if (!wasVain) this.longestMs = Math.max(this.longestMs, waitedMs);
      if (waitedMs > (wasVain ? AFTER_VAIN_MS : USUAL_MS)) this.#report(account, waitedMs);
    }
  }

  /** At the end nothing may be left. */
  expectExact(): void {
    for (const account of this.#deps.oracle.accounts.values()) {
      const { truth } = account;
      const others = [...truth.reasons].filter((reason) =>
        reason !== "floor" && reason !== "empty" && reason !== "policy" && !reason.startsWith("no surplus")
      );
      const isExact = truth.surplus === 0 && others.length === 0;
      const isMendable = account.mendableSince !== undefined || others.length > 0;
      if (truth.policy.kind === "managed" && !isExact && isMendable) this.#report(account, undefined);
    }
  }

  #report(account: Account, waitedMs: number | undefined): void {
    const { spot, onDemand, surplus, replicas, reasons } = account.truth;
    const waited = waitedMs === undefined ? "at the end" : `for ${Math.round(waitedMs / 1_000)} s`;
    const counts = JSON.stringify({ spot, onDemand, surplus, replicas, reasons: [...reasons] });
    this.#deps.report("unmended", `${nameOf(account.truth)} ${waited}: ${counts}`);
    account.mendableSince = undefined;
  }
}
