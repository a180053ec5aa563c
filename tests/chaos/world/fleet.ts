import type { Config } from "../../../src/config/schema.ts";
import type { Clock } from "../../../src/runtime/clock.ts";
import type { ApiObject } from "../../../src/sim/objects.ts";
import type { EmbeddedCluster } from "../../../src/sim/cluster.ts";
import { LEASES } from "../../../src/sim/resources.ts";
import { Conduct } from "../oracle/conduct.ts";
import type { Oracle } from "../oracle/oracle.ts";
import type { EvictionJudge } from "../oracle/eviction_judge.ts";
import type { Which } from "../plan/action.ts";
import { OperatorProcess } from "../process/operator_process.ts";
import type { Journal } from "./journal.ts";

export interface FleetDeps {
  readonly cluster: EmbeddedCluster;
  readonly clock: Clock;
  readonly config: Config;
  readonly seed: number;
  readonly judge: EvictionJudge;
  readonly journal: Journal;
  readonly oracle: Oracle;
  readonly replicas: number;
}

export interface Member {
  readonly process: OperatorProcess;
  readonly conduct: Conduct;
}

/** A new leader waits for a retry period, for whatever its predecessor may still have under way. */
const HANDOVER_MS = 120_000;
export const LEASE = { namespace: "spotalis-system", name: "spotalis-controller-leader" };

/** The processes of the operator: as a Deployment keeps them. */
export class Fleet {
  readonly #deps: FleetDeps;
  readonly #members: (Member | undefined)[];
  #started = 0;
  /** Since when the same healthy process leads and nothing is wrong with it. */
  #calm: { readonly identity: string; readonly sinceMs: number } | undefined;

  constructor(deps: FleetDeps) {
    this.#deps = deps;
    this.#members = Array.from({ length: deps.replicas });
  }

  get members(): readonly Member[] {
    return this.#members.filter((member) => member !== undefined);
  }

  get leader(): Member | undefined {
    const lease = this.#deps.cluster.storage.get<ApiObject & { spec?: { holderIdentity?: string } }>(
      LEASES,
      LEASE,
    );
    return this.members.find(({ process }) => process.identity === lease?.spec?.holderIdentity);
  }

  startAll(): void {
    for (let place = 0; place < this.#members.length; place++) this.#start(place);
  }

  member(which: Which): Member | undefined {
    const { leader } = this;
    return which === "leader" ? leader ?? this.members[0] : this.members.find((member) => member !== leader);
  }

  /** Ends one, at once or in order, and starts another in its place after a while. */
  replace(which: Which, { forMs, isKilled }: { forMs: number; isKilled: boolean }): void {
    const member = this.member(which);
    if (member === undefined) return;
    const { process } = member;
    const place = this.#members.indexOf(member);
    process.thaw();
    if (isKilled) process.kill();
    else process.stop();
    this.#deps.clock.after(forMs, () => {
      if (this.#members[place] === undefined) this.#start(place);
      else if (this.#members[place] === member) this.#startAfter(place, member);
    });
  }

  /** One after the other, as a roll-out does. */
  rollOut(): void {
    this.replace("standby", { forMs: 5_000, isKilled: false });
    this.#deps.clock.after(60_000, () => {
      if (this.members.length < this.#members.length) return;
      this.replace("leader", { forMs: 5_000, isKilled: false });
    });
  }

  /** Since when the same process has led without any trouble; undefined: it does not. */
  calmSinceMs(): number | undefined {
    return this.#calm?.sinceMs;
  }

  tick(): void {
    const nowMs = this.#deps.clock.now();
    const { leader } = this;
    const isCalm = leader !== undefined && leader.process.isRunning && !leader.process.isStopping &&
      isSettled(leader.process, nowMs) &&
      nowMs - leader.process.trouble.lastMs > 1_000;
    if (!isCalm) this.#calm = undefined;
    else if (this.#calm?.identity !== leader.process.identity) {
      this.#calm = { identity: leader.process.identity, sinceMs: nowMs };
    }
    for (const { conduct } of this.members) conduct.tick();
  }

  async compareMetrics(): Promise<void> {
    for (const { process, conduct } of this.members) {
      if (process.isRunning) await conduct.compareMetrics();
    }
  }

  /** All trouble ends, and all processes run. */
  heal(): void {
    for (const { process, conduct } of this.members) {
      process.thaw();
      process.trouble.heal();
      conduct.parted(false);
    }
  }

  #startAfter(place: number, old: Member): void {
    this.#deps.clock.after(1_000, () => {
      if (this.#members[place] === undefined) this.#start(place);
      else if (this.#members[place] === old) this.#startAfter(place, old);
    });
  }

  #start(place: number): void {
    const { judge, journal, clock, oracle } = this.#deps;
    const identity = `spotalis-${place}-${this.#started++}`;
    const conduct = new Conduct({
      clock,
      judge,
      report: (rule, detail) => journal.report(rule, detail),
      note: (text) => journal.note(text),
      count: (what) => journal.count(what),
      managedSince: (namespace, workload) => oracle.accountNamed(namespace, workload)?.managedSince,
    });
    const process = new OperatorProcess({
      ...this.#deps,
      watcher: conduct,
      onLog: (entry) => {
        conduct.logged(entry);
        const { namespace = "", workload = "", reason = "", detail = "" } = entry.fields;
        journal.note(
          `${identity} ${entry.level}: ${entry.message} ${namespace} ${workload} ${reason} ${detail}`,
        );
      },
      onEnd: (why) => {
        journal.note(`${identity} has ended`);
        if (why !== undefined) journal.report("end", `${identity}: ${why}`);
        if (process.clock.state !== "dead") void conduct.compareMetrics();
        this.#members[place] = undefined;
      },
    }, identity);
    conduct.belongTo(process);
    this.#members[place] = { process, conduct };
    journal.note(`${identity} starts`);
    journal.count("processes started");
    process.start();
  }
}

function isSettled({ app: { elector } }: OperatorProcess, nowMs: number): boolean {
  return elector !== undefined && elector.isValid(nowMs) && nowMs > elector.acquiredMs + HANDOVER_MS;
}
