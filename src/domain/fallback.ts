import type { SpotEvidence } from "./spot_evidence.ts";

/** The operator's settings of the spot fallback, in milliseconds. */
export interface FallbackSettings {
  /** How long a spot pod may be unschedulable; undefined: no fallback unless a workload asks for one. */
  readonly afterMs: number | undefined;
  /** From there to the first probe; it doubles with each that fails. */
  readonly retryAfterMs: number;
  readonly maxRetryAfterMs: number;
}

/** When spot is tried again. Admission writes it on the pods of a fallback, and a new leader reads it back. */
export interface FallbackMark {
  /** Wall-clock milliseconds. */
  readonly retryAtMs: number;
  /** The interval that led there. */
  readonly retryAfterMs: number;
}

/** A workload whose spot pods are watched. */
export interface FallbackMember {
  readonly uid: string;
  /** Workloads with the same one ask for the same nodes: what one learns of spot holds for all. */
  readonly group: string;
  /** How long its spot pods may be unschedulable; undefined: it never falls back. */
  readonly afterMs: number | undefined;
}

/** The breaker of a workload, as rules and reports see it. */
export interface FallbackView {
  /** Undefined: it never falls back. */
  readonly afterMs: number | undefined;
  /** `waiting`: spot pods have been unschedulable for long, and falling back is off. */
  readonly state: "closed" | "open" | "waiting";
  /** While open: when a pod may try spot again. */
  readonly retryAtMs: number | undefined;
  /** While open: whether a pod may be moved to try it now. */
  readonly mayProbe: boolean;
  /** While open: an earlier leader has opened it, and told of that. */
  readonly isInherited: boolean;
}

interface Breaker {
  readonly group: Group;
  readonly afterMs: number;
  readonly isInherited: boolean;
  /** Only a pod of its own that gets a spot node after this closes it. */
  sinceMs: number;
  /** And only one of another workload's that does so after this. */
  othersMs: number;
  retryAtMs: number;
  retryAfterMs: number;
}

interface Closing {
  readonly atMs: number;
  /** So much later, an opening is the first again. */
  readonly retryAfterMs: number;
}

interface Probe {
  readonly uid: string;
  /** Given to a pod, rather than still looking for one. */
  readonly isGiven: boolean;
  readonly untilMs: number;
}

interface Opening {
  readonly group: Group;
  readonly afterMs: number;
  readonly nowMs: number;
}

/** What workloads that ask for the same nodes have in common. */
interface Group {
  readonly members: Set<string>;
  /** When a spot pod of it last got a node. */
  scheduledMs: number | undefined;
  probe: Probe | undefined;
}

/** A pod that was placed before a breaker opened or closed may appear so much later. */
const LATE_MS = 5_000;
const DEFAULT_AFTER_MS = 120_000;
/** For a probe's pod to be made and looked at, beside the time that it may wait for a node. */
const PROBE_SLACK_MS = 30_000;

/**
 * The spot breakers of all workloads. One opens when spot pods of its workload are unschedulable for too long: its
 * pods go to on-demand until a probe gets a spot node. Workloads of one group probe in turn: a success closes the
 * breakers of all, a failure puts off all.
 */
export class SpotBreakers {
  readonly #settings: FallbackSettings;
  readonly #groups = new Map<string, Group>();
  /** By workload that was looked at: the key of its group. */
  readonly #groupKeys = new Map<string, string>();
  readonly #open = new Map<string, Breaker>();
  readonly #closings = new Map<string, Closing>();

  constructor(settings: FallbackSettings) {
    this.#settings = settings;
  }

  /** Whether a workload was looked at since it was last forgotten: else its state has to be read first. */
  knows(uid: string): boolean {
    return this.#groupKeys.has(uid);
  }

  /** Takes in what a workload's pods tell; answers the UIDs of others whose breakers that has closed. */
  observe(member: FallbackMember, evidence: SpotEvidence, nowMs: number): readonly string[] {
    const { uid, afterMs } = member;
    const group = this.#join(member, nowMs);
    if (afterMs === undefined) this.#drop(uid);
    else this.#adopt(uid, { group, afterMs, evidence, nowMs });
    const closed = this.#takeSuccess(uid, { group, scheduledMs: evidence.scheduledMs, nowMs });
    if (afterMs === undefined) return closed;
    const stuck = evidence.stuck.filter(({ sinceMs }) => nowMs >= sinceMs + afterMs);
    const breaker = this.#open.get(uid);
    if (breaker === undefined) {
      if (stuck.length > 0) this.#openNow(uid, { group, afterMs, nowMs });
    } else if (stuck.some(({ createdMs }) => isTry(breaker, createdMs))) {
      this.#takeFailure(uid, breaker, nowMs);
    } else if (evidence.waitingMs !== undefined && isTry(breaker, evidence.waitingMs)) {
      this.probe(uid, { isGiven: true, nowMs: evidence.waitingMs });
    }
    return closed;
  }

  view({ uid, afterMs }: FallbackMember, evidence: SpotEvidence, nowMs: number): FallbackView {
    const breaker = this.#open.get(uid);
    if (breaker === undefined) {
      const longMs = this.#settings.afterMs ?? DEFAULT_AFTER_MS;
      const isWaiting = afterMs === undefined &&
        evidence.stuck.some(({ sinceMs }) => nowMs >= sinceMs + longMs);
      const state = isWaiting ? "waiting" : "closed";
      return { afterMs, state, retryAtMs: undefined, mayProbe: false, isInherited: false };
    }
    const { group, retryAtMs, isInherited } = breaker;
    const mayProbe = nowMs >= retryAtMs && probeOf(group, nowMs) === undefined;
    return { afterMs, state: "open", retryAtMs, mayProbe, isInherited };
  }

  /** For a pod that is being created: with a mark it goes to on-demand, without one where it belongs. */
  markOf(uid: string, nowMs: number): FallbackMark | undefined {
    const breaker = this.#open.get(uid);
    if (breaker === undefined) return undefined;
    const { group, retryAtMs, retryAfterMs } = breaker;
    if (nowMs < retryAtMs) return { retryAtMs, retryAfterMs };
    const probe = probeOf(group, nowMs);
    const mayTry = probe === undefined || (probe.uid === uid && !probe.isGiven);
    return mayTry ? undefined : { retryAtMs: nowMs + retryAfterMs, retryAfterMs };
  }

  /** A pod of the workload was sent to try spot, or else one is evicted so that its replacement does. */
  probe(uid: string, { isGiven, nowMs }: { isGiven: boolean; nowMs: number }): void {
    const breaker = this.#open.get(uid);
    if (breaker === undefined) return;
    const { group, afterMs } = breaker;
    const untilMs = nowMs + afterMs + PROBE_SLACK_MS;
    const isLater = group.probe === undefined || group.probe.uid === uid || group.probe.untilMs < untilMs;
    if (isLater) group.probe = { uid, isGiven, untilMs };
  }

  /** The pod that was to be evicted for a probe was not: another may try. */
  endProbe(uid: string): void {
    const group = this.#open.get(uid)?.group;
    if (group?.probe?.uid === uid && !group.probe.isGiven) group.probe = undefined;
  }

  /** The workload is gone, or another process decides about it. */
  forget(uid: string): void {
    this.#drop(uid);
    this.#leave(uid);
    this.#closings.delete(uid);
  }

  /** Another process has led meanwhile: only the pods know what it did. */
  forgetAll(): void {
    for (const map of [this.#groups, this.#groupKeys, this.#open, this.#closings]) map.clear();
  }

  #join({ uid, group: key }: FallbackMember, nowMs: number): Group {
    const before = this.#groupKeys.get(uid);
    if (before !== undefined && before !== key) {
      // Its template has changed: what earlier pods say is of other nodes.
      this.#drop(uid);
      this.#leave(uid);
      this.#closings.set(uid, { atMs: nowMs, retryAfterMs: 0 });
    }
    const group = this.#groups.get(key) ?? { members: new Set(), scheduledMs: undefined, probe: undefined };
    group.members.add(uid);
    this.#groups.set(key, group);
    this.#groupKeys.set(uid, key);
    return group;
  }

  #leave(uid: string): void {
    const key = this.#groupKeys.get(uid);
    if (key === undefined) return;
    this.#groupKeys.delete(uid);
    const group = this.#groups.get(key)!;
    group.members.delete(uid);
    if (group.members.size === 0) this.#groups.delete(key);
  }

  #drop(uid: string): void {
    const breaker = this.#open.get(uid);
    if (breaker === undefined) return;
    this.#open.delete(uid);
    if (breaker.group.probe?.uid === uid) breaker.group.probe = undefined;
  }

  #openNow(uid: string, { group, afterMs, nowMs }: Opening): void {
    const last = this.#closings.get(uid);
    const isAgain = last !== undefined && nowMs < last.atMs + last.retryAfterMs;
    const retryAfterMs = isAgain ? this.#longer(last.retryAfterMs) : this.#settings.retryAfterMs;
    this.#open.set(uid, {
      group,
      afterMs,
      isInherited: false,
      sinceMs: nowMs,
      // What others get has not lasted, or not helped it: for a while it is no news.
      othersMs: nowMs + (isAgain ? retryAfterMs / 2 : 0),
      retryAtMs: nowMs + retryAfterMs,
      retryAfterMs,
    });
  }

  /** The fallback of an earlier leader, as its pods show it. */
  #adopt(
    uid: string,
    { evidence: { placed, scheduledMs = -Infinity }, ...of }: Opening & { evidence: SpotEvidence },
  ): void {
    const { group, afterMs, nowMs } = of;
    if (placed === undefined || this.#open.has(uid)) return;
    const { createdMs } = placed;
    const lateMs = LATE_MS + (this.#closings.get(uid)?.atMs ?? -Infinity);
    if (createdMs < scheduledMs || createdMs <= lateMs) return;
    const { retryAfterMs: least, maxRetryAfterMs: most } = this.#settings;
    const retryAfterMs = Math.min(Math.max(placed.retryAfterMs, least), most);
    const retryAtMs = Math.min(placed.retryAtMs, nowMs + most);
    // What others had got by then has not closed it for the earlier leader either, if it had failed before.
    const othersMs = retryAfterMs > least ? Math.min(nowMs, retryAtMs - retryAfterMs / 2) : createdMs;
    if ((group.scheduledMs ?? -Infinity) > othersMs) return;
    const times = { sinceMs: createdMs, othersMs, retryAtMs, retryAfterMs };
    this.#open.set(uid, { group, afterMs, isInherited: true, ...times });
  }

  #takeSuccess(
    uid: string,
    { group, scheduledMs, nowMs }: { group: Group; scheduledMs: number | undefined; nowMs: number },
  ): string[] {
    if (scheduledMs === undefined) return [];
    const isNews = scheduledMs > (group.scheduledMs ?? -Infinity);
    if (isNews) group.scheduledMs = scheduledMs;
    const closed = [...isNews ? group.members : [uid]].filter((each) => {
      const breaker = this.#open.get(each);
      return breaker !== undefined && scheduledMs > (each === uid ? breaker.sinceMs : breaker.othersMs);
    });
    for (const each of closed) {
      this.#closings.set(each, { atMs: nowMs, retryAfterMs: this.#open.get(each)!.retryAfterMs });
      this.#drop(each);
    }
    return closed.filter((each) => each !== uid);
  }

  /** A pod that tried spot while the breaker was open has found no node either. */
  #takeFailure(uid: string, breaker: Breaker, nowMs: number): void {
    const { group, afterMs } = breaker;
    const isAgain = breaker.othersMs > breaker.sinceMs;
    const retryAfterMs = this.#longer(breaker.retryAfterMs);
    breaker.retryAfterMs = retryAfterMs;
    breaker.sinceMs = nowMs;
    breaker.othersMs = nowMs + (isAgain ? retryAfterMs / 2 : 0);
    breaker.retryAtMs = nowMs + retryAfterMs;
    if (group.probe?.uid === uid) group.probe = undefined;
    for (const each of group.members) {
      const other = each === uid ? undefined : this.#open.get(each);
      if (other === undefined) continue;
      other.retryAtMs = Math.max(other.retryAtMs, nowMs + Math.min(other.retryAfterMs, retryAfterMs));
      // The next turn is another's: else one that no node is large enough for could take them all.
      const isTied = other.retryAtMs === nowMs + retryAfterMs;
      if (isTied) breaker.retryAtMs = nowMs + retryAfterMs + afterMs + PROBE_SLACK_MS;
    }
  }

  #longer(retryAfterMs: number): number {
    return Math.min(2 * retryAfterMs, this.#settings.maxRetryAfterMs);
  }
}

/** Whether a spot pod was made to try while the breaker was open, rather than on its way when it opened. */
function isTry({ sinceMs, retryAfterMs }: Breaker, createdMs: number): boolean {
  return createdMs > sinceMs + Math.min(LATE_MS, retryAfterMs / 4);
}

function probeOf({ probe }: Group, nowMs: number): Probe | undefined {
  return probe !== undefined && nowMs < probe.untilMs ? probe : undefined;
}
