import { type Clock, sleep } from "../../runtime/clock.ts";
import { Kubectl } from "./kubectl.ts";
import type { DemoChapter, DemoModel, DemoWorkload } from "./model.ts";
import { isAsAsked, nodesOf, workloadsOf } from "./model_of.ts";
import type { Theatre } from "./theatre.ts";

export interface StageDeps {
  readonly theatre: Theatre;
  readonly clock: Clock;
  /** Aborted where the story is broken off: all that waits then throws. */
  readonly signal: AbortSignal;
}

const POLL_MS = 100;
const NO_CHAPTER: DemoChapter = { number: 0, of: 0, title: "", words: "", result: undefined };

/** What the chapters of the story are played with, and what can be seen of it at any moment. */
export class Stage {
  readonly kubectl: Kubectl;
  readonly theatre: Theatre;
  /** How many simulated seconds are shown in a real one. */
  pace = 1;
  chapter: DemoChapter = NO_CHAPTER;
  /** Whether time stands still until a key is pressed. */
  isWaiting = false;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;

  constructor({ theatre, clock, signal }: StageDeps) {
    this.theatre = theatre;
    this.kubectl = new Kubectl(theatre.cluster, theatre.ledger);
    this.#clock = clock;
    this.#signal = signal;
  }

  get workloads(): DemoWorkload[] {
    return workloadsOf(this.#sight());
  }

  workload(name: string): DemoWorkload {
    const found = this.workloads.find((workload) => workload.name === name);
    if (found === undefined) throw new Error(`the story has no workload "${name}"`);
    return found;
  }

  /** `speed`: how many times faster than its own pace the story is shown; undefined: as fast as can be. */
  model(speed: number | undefined): DemoModel {
    const { ledger } = this.theatre;
    return {
      elapsedMs: ledger.elapsedMs,
      pace: speed === undefined ? undefined : speed * this.pace,
      chapter: this.chapter,
      nodes: nodesOf(this.#sight()),
      workloads: this.workloads,
      events: ledger.events,
      isWaiting: this.isWaiting,
    };
  }

  /** Time for a person to read, in real seconds at the pace of the story. */
  async dwell(seconds: number): Promise<void> {
    await this.#sleep(seconds * 1_000 * this.pace);
  }

  /** Waits until something holds; that it comes to hold in simulated time is what the story promises. */
  async until(holds: () => boolean, { what, withinMs }: { what: string; withinMs: number }): Promise<void> {
    const endMs = this.#clock.now() + withinMs;
    while (!holds()) {
      if (this.#clock.now() >= endMs) {
        throw new Error(`the demo waited ${withinMs / 1_000} s in vain for: ${what}`);
      }
      await this.#sleep(POLL_MS);
    }
  }

  /** Waits until all workloads have as many ready pods as they ask for, where they ask for them. */
  async settled(withinMs = 60_000): Promise<void> {
    const isSettled = (workload: DemoWorkload) =>
      isAsAsked(workload) && workload.ready === workload.replicas && workload.leaving === 0 &&
      workload.verdict?.reason === "balanced";
    await this.until(() => this.workloads.every(isSettled), { what: "every split as asked", withinMs });
  }

  #sight() {
    const { cluster, classifier, ledger } = this.theatre;
    return { cluster, classifier, ledger, nowMs: this.#clock.now() };
  }

  async #sleep(ms: number): Promise<void> {
    await sleep(this.#clock, ms, this.#signal);
    this.#signal.throwIfAborted();
  }
}
