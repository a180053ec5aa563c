import type { LogEntry } from "../../../src/cli/embedded/recording_log.ts";
import type { Clock } from "../../../src/runtime/clock.ts";
import { metricSum } from "../../scenarios/support/metric_sum.ts";
import type { Answered, RequestWatcher, SentRequest } from "../process/process_transport.ts";
import { evictionIn, type EvictionJudge, type Suspect } from "./eviction_judge.ts";
import type { Rule } from "./rules.ts";

/** What of a process its judge looks at. */
export interface Conducted {
  readonly identity: string;
  readonly startedMs: number;
  readonly isRunning: boolean;
  readonly isStopping: boolean;
  readonly thawed: { readonly atMs: number; readonly afterMs: number } | undefined;
  readonly trouble: { readonly lastMs: number };
  readonly transport: {
    watches(nowMs: number): { readonly silentMs: number; readonly goneMs: number };
  };
  /** Its metrics, as Prometheus reads them. */
  metrics(): Promise<string>;
}

export interface ConductDeps {
  readonly clock: Clock;
  readonly judge: EvictionJudge;
  readonly report: (rule: Rule, detail: string) => void;
  readonly note: (text: string) => void;
  readonly count: (what: string) => void;
  /** Since when a workload has been managed: `Deployment/web`. */
  readonly managedSince: (namespace: string, workload: string) => number | undefined;
}

interface Outcome {
  readonly sentMs: number;
  told: number | undefined;
}

/** The least that a process waits after it was told to slow down. */
const SLOW_MS = 1_000;
/** A short call ends after 15 s at the latest. */
const LONGEST_CALL_MS = 20_000;
/** An error line is explained by what went wrong so shortly before. */
const EXPLAINED_MS = 40_000;
/** A thawed process first works off what has waited. */
const AWAKE_MS = 1_000;
const DRAIN_MS = 60_000;
const OUTCOMES: Readonly<Record<string, boolean>> = {
  "evicted": true,
  "not evicted": true,
  "eviction failed": true,
};

/** What one process of the operator has asked and said, from which it is judged. */
export class Conduct implements RequestWatcher, Suspect {
  readonly #deps: ConductDeps;
  #process: Conducted | undefined;
  readonly #decisions = new Map<string, LogEntry>();
  /** Evictions that were sent and not told of in the log, by pod. */
  readonly #open = new Map<string, Outcome>();
  /** Evictions that it was told are granted, by workload. */
  readonly granted = new Map<string, number>();
  slowUntilMs = -Infinity;
  #partedMs: number | undefined;
  #stoppedMs: number | undefined;
  #healed: { readonly atMs: number; readonly lagMs: number } | undefined;

  constructor(deps: ConductDeps) {
    this.#deps = deps;
  }

  /** Its own process, which has to be told of its conduct before it is made. */
  belongTo(process: Conducted): void {
    this.#process = process;
  }

  get identity(): string {
    return this.#process!.identity;
  }

  get startedMs(): number {
    return this.#process!.startedMs;
  }

  get silentMs(): number {
    return this.#process!.transport.watches(this.#deps.clock.now()).silentMs;
  }

  get goneMs(): number {
    return this.#process!.transport.watches(this.#deps.clock.now()).goneMs;
  }

  get extraLagMs(): number {
    const nowMs = this.#deps.clock.now();
    const recent = (of: { atMs: number; lagMs: number } | undefined) =>
      of !== undefined && nowMs - of.atMs <= AWAKE_MS ? of.lagMs : 0;
    const { thawed } = this.#process!;
    const parted = this.#partedMs === undefined ? 0 : nowMs - this.#partedMs;
    return Math.max(parted, recent(this.#healed), recent(thawed && { ...thawed, lagMs: thawed.afterMs }));
  }

  /** Its watches are held up from now on, or no longer. */
  parted(isParted: boolean): void {
    const nowMs = this.#deps.clock.now();
    if (isParted) {
      this.#partedMs ??= nowMs;
    } else if (this.#partedMs !== undefined) {
      this.#healed = { atMs: nowMs, lagMs: nowMs - this.#partedMs };
      this.#partedMs = undefined;
    }
  }

  decisionOn(namespace: string, workload: string): LogEntry | undefined {
    return this.#decisions.get(`${namespace} ${workload}`);
  }

  sent(request: SentRequest): void {
    const asked = evictionIn(request);
    if (asked === undefined) {
      if (!isAllowed(request)) this.#deps.report("write", `${request.method} ${request.path}`);
      return;
    }
    this.#deps.count("evictions asked for");
    this.#deps.note(`${this.identity} asks to evict ${asked.namespace}/${asked.name}`);
    this.#deps.judge.sent(this, asked);
    this.#open.set(asked.name, { sentMs: this.#deps.clock.now(), told: undefined });
  }

  arrives(request: SentRequest): void {
    const asked = evictionIn(request);
    if (asked !== undefined) this.#deps.judge.arrives(this, asked);
  }

  answered(request: SentRequest, { served, told, retryAfterSeconds = 0 }: Answered): void {
    const asked = evictionIn(request);
    if (asked === undefined) return;
    if (served === 201) this.#deps.judge.granted(this, { ...asked, isTold: told === 201 });
    if (served === 201) this.#deps.count("evictions granted");
    this.#deps.note(`${asked.namespace}/${asked.name}: served ${served}, told ${told}`);
    const outcome = this.#open.get(asked.name);
    if (outcome !== undefined) outcome.told = told;
    // Of its own 429 the server says that it is a budget's: only the others ask to slow down.
    if (told === 429 && served === undefined) {
      this.slowUntilMs = this.#deps.clock.now() + Math.max(SLOW_MS, retryAfterSeconds * 1_000);
    }
  }

  logged(entry: LogEntry): void {
    const { level, message, fields } = entry;
    if (level === "error") this.#judgeError(entry);
    const { namespace, workload, pod, action } = fields;
    if (action !== undefined && workload !== undefined) {
      this.#decisions.set(`${namespace} ${workload}`, entry);
      return;
    }
    if (!OUTCOMES[message]) return;
    const outcome = this.#open.get(String(pod));
    this.#open.delete(String(pod));
    const isGranted = outcome?.told === 201;
    if (isGranted !== (message === "evicted")) {
      this.#deps.report("unlogged", `${pod}: the server said ${outcome?.told}, the log "${message}"`);
    }
    const key = `${namespace} ${workload}`;
    if (isGranted) this.granted.set(key, (this.granted.get(key) ?? 0) + 1);
  }

  /** Looks at what is overdue. */
  tick(): void {
    const process = this.#process!;
    const nowMs = this.#deps.clock.now();
    if (!process.isRunning || nowMs - (process.thawed?.atMs ?? -Infinity) < LONGEST_CALL_MS) return;
    for (const [pod, { sentMs }] of this.#open) {
      if (nowMs - sentMs <= LONGEST_CALL_MS) continue;
      this.#open.delete(pod);
      this.#deps.report("unlogged", `${this.identity} asked to evict ${pod}, and has not said what came of it`);
    }
    if (!process.isStopping) return;
    this.#stoppedMs ??= nowMs;
    if (nowMs - this.#stoppedMs > DRAIN_MS) {
      this.#stoppedMs = Infinity;
      this.#deps.report("drain", `${this.identity} was asked to stop, and has not`);
    }
  }

  /** The counter of a workload's evictions says what the API server has told. */
  async compareMetrics(): Promise<void> {
    const process = this.#process!;
    if (this.granted.size === 0) return;
    const text = await process.metrics();
    for (const [key, granted] of this.granted) {
      const [namespace, path] = key.split(" ") as [string, string];
      const [workload_type, workload] = path.split("/") as [string, string];
      const labels = { namespace, workload, workload_type, outcome: "evicted" };
      const counted = metricSum(text, { name: "spotalis_evictions_total", labels });
      // A workload's series end with it, and a namesake's begin at 0.
      const isWhole = (this.#deps.managedSince(namespace, path) ?? Infinity) <= process.startedMs;
      if (isWhole ? counted === granted : counted <= granted) continue;
      this.#deps.report("uncounted", `${key}: ${granted} evictions granted, the metric says ${counted}`);
    }
  }

  #judgeError({ message, fields }: LogEntry): void {
    const process = this.#process!;
    const nowMs = this.#deps.clock.now();
    const isExplained = nowMs - process.trouble.lastMs <= EXPLAINED_MS ||
      nowMs - (process.thawed?.atMs ?? -Infinity) <= EXPLAINED_MS;
    const error = fields["error"];
    const why = error instanceof Error ? error.stack : error;
    if (!isExplained) {
      this.#deps.report("error", `${this.identity}: ${message}: ${JSON.stringify(fields)} ${why}`);
    }
  }
}

/** All that the operator ever writes, beside evictions: its Lease, and Events. */
function isAllowed({ method, path }: SentRequest): boolean {
  if (method === "GET") return true;
  if (path.includes("/leases")) return method === "POST" || method === "PUT";
  const isEvent = /^\/apis\/events\.k8s\.io\/v1\/namespaces\/[^/]+\/events(?:\/[^/]+)?$/.test(path);
  return isEvent && (method === "POST" || method === "PATCH" || method === "PUT");
}
