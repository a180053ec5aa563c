import type { Clock } from "../../runtime/clock.ts";
import type { StorageChange } from "../../sim/api/storage.ts";
import type { CloudEvent } from "../../sim/cloud/cloud.ts";
import type { EmbeddedCluster } from "../../sim/cluster.ts";
import type { Node, Pod } from "../../sim/objects.ts";
import { NODES, PODS } from "../../sim/resources.ts";
import type { LogEntry } from "../embedded/recording_log.ts";
import { inWords, spokenFields } from "./log_words.ts";
import type { Actor, DemoEvent, SplitCount, Verdict } from "./model.ts";
import { isNewlyEvicted } from "./pods.ts";

/** A burst is told of in one line: what is placed within so long. */
const TOGETHER_MS = 500;

const PLACED: Readonly<Record<string, string>> = {
  "pod placed": "placed",
  "pod would be placed": "would have placed",
};

/** What has happened, as it is told: by the operator's own log, by the cloud, and by who types commands. */
export class Ledger {
  events: readonly DemoEvent[] = [];
  /** Workload -> what the operator has decided last. */
  readonly verdicts = new Map<string, Verdict>();
  /** Node -> when the cloud will have taken it back, by the clock. */
  readonly departures = new Map<string, number>();
  readonly #clock: Clock;
  readonly #noticeMs: (group: string) => number;
  #onEvent: (event: DemoEvent) => void = () => {};
  #startMs = 0;
  /** `web: placed` -> how many on what. */
  readonly #placements = new Map<string, SplitCount>();

  /** `noticeMs`: from the notice until a node of that group is gone. */
  constructor({ clock, noticeMs }: { clock: Clock; noticeMs: (group: string) => number }) {
    this.#clock = clock;
    this.#noticeMs = noticeMs;
  }

  get elapsedMs(): number {
    return this.#clock.now() - this.#startMs;
  }

  watch({ storage }: EmbeddedCluster): void {
    storage.onChange((change) => this.#see(change));
  }

  /** The story begins: what was before is not told. `onEvent` hears of each event. */
  begin(onEvent: (event: DemoEvent) => void): void {
    this.events = [];
    this.#placements.clear();
    this.#startMs = this.#clock.now();
    this.#onEvent = onEvent;
  }

  tell(who: Actor, text: string): void {
    const event = { atMs: this.elapsedMs, who, text };
    this.events = [...this.events, event];
    this.#onEvent(event);
  }

  logEntry(entry: LogEntry): void {
    const { workload, reason, detail, action } = spokenFields(entry);
    const verb = PLACED[entry.message];
    if (verb !== undefined) this.#placed(verb, entry);
    if (workload !== undefined && action !== "") this.verdicts.set(workload, { reason, detail });
    const text = inWords(entry);
    if (text !== undefined) this.tell("spotalis", text);
  }

  cloudEvent(event: CloudEvent): void {
    if (event.what !== "reclaim") return;
    const noticeMs = this.#noticeMs(event.group);
    this.departures.set(event.node, this.#clock.now() + noticeMs);
    this.tell("cloud", `takes ${event.node} back in ${noticeMs / 1_000} seconds: it is drained`);
  }

  #see({ type, before, object, event }: StorageChange): void {
    const { name } = object.metadata;
    if (type === NODES && event === "ADDED") this.tell("cloud", `${name} joins the cluster`);
    if (type === NODES && event === "DELETED") {
      this.departures.delete(name);
      this.tell("cloud", `${(object as Node).metadata.name} is gone`);
    }
    if (type !== PODS || !isNewlyEvicted(before as Pod | undefined, object as Pod)) return;
    const { nodeName } = (object as Pod).spec;
    // The operator's own evictions are in its log.
    if (nodeName !== undefined && this.departures.has(nodeName)) {
      this.tell("cloud", `drains ${nodeName}: evicts ${name}`);
    }
  }

  #placed(verb: string, entry: LogEntry): void {
    const { workload = "", capacity } = spokenFields(entry);
    if (this.#placements.size === 0) this.#clock.after(TOGETHER_MS, () => this.#tellPlacements());
    const what = `${workload}: ${verb}`;
    const { spot, onDemand } = this.#placements.get(what) ?? { spot: 0, onDemand: 0 };
    this.#placements.set(
      what,
      capacity === "spot" ? { spot: spot + 1, onDemand } : { spot, onDemand: onDemand + 1 },
    );
  }

  #tellPlacements(): void {
    for (const [what, { spot, onDemand }] of this.#placements) {
      const pods = spot + onDemand === 1 ? "1 pod" : `${spot + onDemand} pods`;
      if (onDemand === 0) this.tell("spotalis", `${what} ${pods} on spot`);
      else if (spot === 0) this.tell("spotalis", `${what} ${pods} on on-demand`);
      else this.tell("spotalis", `${what} ${pods}: ${spot} on spot, ${onDemand} on on-demand`);
    }
    this.#placements.clear();
  }
}
