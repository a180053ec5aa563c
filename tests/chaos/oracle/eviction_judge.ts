import { type LogEntry } from "../../../src/cli/embedded/recording_log.ts";
import type { Clock } from "../../../src/runtime/clock.ts";
import type { Storage } from "../../../src/sim/api/storage.ts";
import type { ApiObject, Pod } from "../../../src/sim/objects.ts";
import { LEASES, PODS } from "../../../src/sim/resources.ts";
import type { Account, Oracle } from "./oracle.ts";
import { MEMORY_MS } from "./node_losses.ts";
import { nameOf } from "./oracle.ts";
import { LAG_MS, type Rule } from "./rules.ts";
import { stuckness } from "./stuck.ts";
import { isBudgetHeld, isPinned, isProtected, podKind } from "./truth.ts";

/** A process of the operator, as a judge of its evictions sees it. */
export interface Suspect {
  readonly identity: string;
  readonly startedMs: number;
  /** How much longer than usual it may not know what has changed: its watches are held up, or it was. */
  readonly extraLagMs: number;
  /** Of its most silent watch. */
  readonly silentMs: number;
  /** Of a watch that is not there. */
  readonly goneMs: number;
  /** When the API server has asked it not to evict before. */
  readonly slowUntilMs: number;
  /** What it said last of a workload: `Deployment/web`. */
  decisionOn(namespace: string, workload: string): LogEntry | undefined;
}

export interface Settings {
  readonly cooldownMs: number;
  readonly maxUnavailable: number | string;
  readonly maxEvictionsPerMinute: number;
  /** How long a pod may be without a spot node, and how soon after a fallback has begun spot is tried again. */
  readonly fallbackAfterMs: number;
  readonly fallbackRetryMs: number;
}

export interface JudgeDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly oracle: Oracle;
  readonly settings: Settings;
  readonly report: (rule: Rule, detail: string) => void;
}

export interface EvictionAsked {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string | undefined;
}

/** A cache is out of date after so long without a word, give or take what it takes to notice. */
const STALE_MS = 66_000;
const INEFFECTIVE_MS = 60_000;
const MINUTE_MS = 60_000;
/** The API writes times in whole seconds. */
const SECOND_MS = 1_000;

/** `/api/v1/namespaces/a/pods/b/eviction` and its body. */
export function evictionIn({ path, body }: { path: string; body: string }): EvictionAsked | undefined {
  const found = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/eviction$/.exec(path);
  if (found === null) return undefined;
  const uid = JSON.parse(body).deleteOptions?.preconditions?.uid;
  return { namespace: found[1]!, name: found[2]!, uid };
}

/** Says of each eviction request, at the moment at which a process sends it, which rules it breaks. */
export class EvictionJudge {
  readonly #deps: JudgeDeps;
  /** When pods that run were evicted in the last minute. */
  readonly #granted: number[] = [];
  /** The workloads of pods that are about to be replaced since there is no spot capacity, by pod. */
  readonly #falling = new Map<string, { readonly account: Account; readonly dueMs: number }>();

  constructor(deps: JudgeDeps) {
    this.#deps = deps;
  }

  sent(by: Suspect, asked: EvictionAsked): void {
    const { storage, clock, oracle } = this.#deps;
    this.#judgeProcess(by, asked);
    const pod = storage.get<Pod>(PODS, asked);
    const lagMs = LAG_MS + by.extraLagMs;
    if (pod === undefined || pod.metadata.uid !== asked.uid) {
      const removedMs = oracle.removedMs(asked.uid ?? "");
      const isNews = removedMs !== undefined && clock.now() - removedMs <= lagMs;
      return this.#expect("gone", isNews, () => `the pod is not there: ${textOf(asked)}`);
    }
    const account = oracle.accountOf(pod);
    if (account === undefined) {
      return this.#deps.report("not ours", `no workload has the pod ${textOf(asked)}`);
    }
    const { workload } = account.truth;
    const decision = by.decisionOn(asked.namespace, `${workload.kind}/${workload.metadata.name}`);
    this.#judgeReason(decision, asked);
    if (decision?.fields["reason"] === "fallback") return this.#judgeFallback(account, { pod, lagMs });
    const isBatch = account.moving.size > 0 && account.lastMove?.decision === decision;
    this.#judgeWorkload(account, { pod, lagMs, isBatch });
    this.#judgePod(account, { pod, lagMs });
    this.#judgeLimits(account, { pod, by, isBatch });
    this.#judgeCluster(account, { pod, by, lagMs });
  }

  /** It has come to the server: another may lead by now. */
  arrives(by: Suspect, asked: EvictionAsked): void {
    this.#judgeLeader(by, asked);
  }

  /** It was granted; `isTold`: and the process has heard of it. */
  granted(by: Suspect, asked: EvictionAsked & { readonly isTold: boolean }): void {
    const { storage, clock, oracle } = this.#deps;
    this.#fallsBack(asked.uid ?? "");
    const pod = storage.get<Pod>(PODS, asked);
    const account = pod && oracle.accountOf(pod);
    if (pod === undefined || account === undefined) return;
    const { workload, replicas } = account.truth;
    const decision = by.decisionOn(asked.namespace, `${workload.kind}/${workload.metadata.name}`);
    if (decision?.fields["reason"] === "fallback") return;
    this.#spend(textOf(asked));
    account.moving.add(pod.metadata.uid);
    account.replacement = undefined;
    account.lastMove = { atMs: clock.now(), by: by.identity, replicas, decision, isTold: asked.isTold };
  }

  #judgeProcess(by: Suspect, asked: EvictionAsked): void {
    const of = textOf(asked);
    this.#judgeLeader(by, asked);
    this.#expect("stale", by.silentMs <= STALE_MS, () => `${of}: a watch is silent for ${by.silentMs} ms`);
    this.#expect("stale", by.goneMs <= LAG_MS, () => `${of}: a watch is away for ${by.goneMs} ms`);
    const leftMs = by.slowUntilMs - this.#deps.clock.now();
    this.#expect("throttled", leftMs <= 0, () => `${of}: ${leftMs} ms before the server wants to hear of it`);
    this.#expect("precondition", asked.uid !== undefined, () => `${of}: no UID is named`);
  }

  #judgeLeader(by: Suspect, asked: EvictionAsked): void {
    const lease = this.#deps.storage.get<ApiObject & { spec?: { holderIdentity?: string } }>(LEASES, {
      namespace: "spotalis-system",
      name: "spotalis-controller-leader",
    });
    const holder = lease?.spec?.holderIdentity;
    this.#expect(
      "leader",
      holder === by.identity,
      () => `${textOf(asked)}: by ${by.identity}, ${holder} leads`,
    );
  }

  #judgeReason(decision: LogEntry | undefined, asked: EvictionAsked): void {
    const { action, reason, victims } = decision?.fields ?? {};
    const isSaid = action === "evict" && (reason === "drift" || reason === "fallback") &&
      Array.isArray(victims) && victims.includes(asked.name);
    this.#expect(
      "unreasoned",
      isSaid,
      () => `${textOf(asked)}: the log has said ${JSON.stringify(decision?.fields)}`,
    );
  }

  #judgeWorkload(
    account: Account,
    { pod, lagMs, isBatch }: { pod: Pod; lagMs: number; isBatch: boolean },
  ): void {
    const { clock, oracle, storage } = this.#deps;
    const nowMs = clock.now();
    const kind = podKind(storage, pod);
    const isSettled = nowMs - oracle.nodesChangedMs > lagMs;
    for (const [reason, sinceMs] of account.since) {
      if (isBatch && (reason === "moving" || reason === "rollout")) continue;
      if (reason.startsWith("no surplus") && !(reason.endsWith(` ${kind}`) && isSettled)) continue;
      if (reason === "floor" && !(kind === "on-demand" && isReadyNow(account, pod) && isSettled)) continue;
      this.#expect(reason, nowMs - sinceMs <= lagMs, () => describe(account, { pod, sinceMs, nowMs }));
    }
    const wallMs = clock.wall();
    const isOpen = oracle.isWindowOpen(account, wallMs) || oracle.isWindowOpen(account, wallMs - lagMs);
    this.#expect("window", isOpen, () => describe(account, { pod, sinceMs: nowMs, nowMs }));
    const heldSince = account.budgetSince ?? nowMs;
    const isHeld = isBudgetHeld(storage, pod) && nowMs - heldSince > lagMs;
    this.#expect("budget", !isHeld, () => describe(account, { pod, sinceMs: heldSince, nowMs }));
  }

  /** A pod that no node was found for: it may go at any time, but only then. */
  #judgeFallback(account: Account, { pod, lagMs }: { pod: Pod; lagMs: number }): void {
    const { clock, storage, settings } = this.#deps;
    const nowMs = clock.now();
    for (const reason of ["policy", "deleted", "empty", "paused"] as const) {
      const sinceMs = account.since.get(reason) ?? nowMs;
      this.#expect(reason, nowMs - sinceMs <= lagMs, () => describe(account, { pod, sinceMs, nowMs }));
    }
    const now = { ms: nowMs, wallMs: clock.wall() };
    const stuck = stuckness(account, { storage, pod, now, lagMs, afterMs: settings.fallbackAfterMs });
    const sinceMs = nowMs - (stuck.forMs ?? 0);
    this.#expect("fallback", stuck.isLong || stuck.isSurplus, () => describe(account, { pod, sinceMs, nowMs }));
    if (!stuck.isLong) return;
    // It goes at once, without a trace. It may have been due for long, where the process could not evict.
    const dueMs = sinceMs + this.#afterMs(account);
    this.#falling.set(pod.metadata.uid, { account, dueMs });
  }

  /** Pods that were placed while it began have waited for as long when they follow: that begins nothing. */
  #fallsBack(uid: string): void {
    const falling = this.#falling.get(uid);
    if (falling === undefined) return;
    this.#falling.delete(uid);
    const { account, dueMs } = falling;
    const followMs = this.#afterMs(account) + MINUTE_MS;
    if (dueMs - account.fallbackMs > followMs) account.fallbackMs = dueMs;
  }

  /** How long a spot pod of the workload may wait for a node. */
  #afterMs({ truth: { policy } }: Account): number {
    const asked = policy.kind === "managed" ? policy.fallbackAfterMs : undefined;
    return asked ?? this.#deps.settings.fallbackAfterMs;
  }

  #judgeCluster(account: Account, { pod, by, lagMs }: { pod: Pod; by: Suspect; lagMs: number }): void {
    const { clock, oracle, settings, storage } = this.#deps;
    const nowMs = clock.now();
    const about = (sinceMs: number) => () => describe(account, { pod, sinceMs, nowMs });
    const stormMs = oracle.nodes.stormSince() ?? nowMs;
    // A process that has come since cannot know how many nodes there were.
    const hasSeen = by.startedMs < stormMs - MEMORY_MS;
    this.#expect("storm", !hasSeen || nowMs - stormMs <= lagMs, about(stormMs));
    const { fallbackMs } = account;
    const isProbe = podKind(storage, pod) === "on-demand" && oracle.scheduledMs < fallbackMs;
    const isKnown = account.validSince <= fallbackMs;
    const isSoon = nowMs - fallbackMs < settings.fallbackRetryMs - SECOND_MS;
    this.#expect("probe", !(isProbe && isKnown && isSoon), about(fallbackMs));
  }

  #spend(of: string): void {
    const { clock, settings } = this.#deps;
    const nowMs = clock.now();
    while (this.#granted.length > 0 && this.#granted[0]! + MINUTE_MS <= nowMs) this.#granted.shift();
    this.#granted.push(nowMs);
    const { length } = this.#granted;
    this.#expect(
      "capped",
      length <= settings.maxEvictionsPerMinute,
      () => `${of}: number ${length} in a minute`,
    );
  }

  #judgePod(account: Account, { pod, lagMs }: { pod: Pod; lagMs: number }): void {
    const nowMs = this.#deps.clock.now();
    const sinceMs = this.#deps.oracle.protectedMs(pod.metadata.uid) ?? nowMs;
    const isHeld = isPinned(pod) || isProtected(pod) && nowMs - sinceMs > lagMs;
    this.#expect("protected", !isHeld, () => describe(account, { pod, sinceMs, nowMs }));
    const kind = podKind(this.#deps.storage, pod);
    const isCounted = kind === "spot" || kind === "on-demand";
    const isSettled = nowMs - this.#deps.oracle.nodesChangedMs > lagMs;
    this.#expect("not ours", isCounted || !isSettled, () => `a pod of ${kind} capacity: ${pod.metadata.name}`);
  }

  #judgeLimits(account: Account, { pod, by, isBatch }: { pod: Pod; by: Suspect; isBatch: boolean }): void {
    const { clock, settings } = this.#deps;
    const nowMs = clock.now();
    const about = () => describe(account, { pod, sinceMs: account.lastMove?.atMs ?? nowMs, nowMs });
    const moving = new Set(account.moving).add(pod.metadata.uid).size;
    this.#expect("unavailable", moving <= limitOf(settings.maxUnavailable, account.truth.replicas), about);
    const { lastMove } = account;
    if (lastMove === undefined || isBatch) return;
    this.#expect("cooldown", nowMs - lastMove.atMs >= settings.cooldownMs, about);
    const { truth: { live, replicas }, replacement } = account;
    const isThere = live.some(({ pod: { metadata } }) => metadata.uid === replacement?.uid);
    const isVain = replacement !== undefined && isThere && !replacement.isPlaced &&
      nowMs - replacement.atMs < INEFFECTIVE_MS;
    // Of a move whose answer was lost nobody knows that it was one.
    const isKnown = lastMove.by === by.identity && lastMove.isTold && lastMove.replicas === replicas;
    this.#expect("ineffective", !(isVain && isKnown), about);
  }

  #expect(rule: Rule, isMet: boolean, detail: () => string): void {
    if (!isMet) this.#deps.report(rule, detail());
  }
}

export function limitOf(maxUnavailable: number | string, replicas: number): number {
  if (typeof maxUnavailable === "number") return maxUnavailable;
  return Math.max(1, Math.floor(replicas * Number.parseInt(maxUnavailable) / 100));
}

function isReadyNow({ truth }: Account, { metadata }: Pod): boolean {
  return truth.live.some(({ pod, isReady }) => pod.metadata.uid === metadata.uid && isReady);
}

function textOf({ namespace, name }: EvictionAsked): string {
  return `eviction of ${namespace}/${name}`;
}

function describe(
  { truth, since, moving }: Account,
  { pod, sinceMs, nowMs }: { pod: Pod; sinceMs: number; nowMs: number },
): string {
  const { spot, onDemand, readyOnDemand, surplus, replicas, policy } = truth;
  const reasons = [...since].map(([reason, atMs]) => `${reason} for ${nowMs - atMs} ms`).join(", ");
  return `eviction of ${pod.metadata.name} of ${nameOf(truth)}, held for ${nowMs - sinceMs} ms: ` +
    `${JSON.stringify({ replicas, spot, onDemand, readyOnDemand, surplus, moving: moving.size, policy })}, ` +
    reasons;
}
