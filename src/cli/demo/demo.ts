import { type Clock, systemClock } from "../../runtime/clock.ts";
import { Lifecycle } from "../../runtime/lifecycle.ts";
import { pace } from "../../runtime/pace.ts";
import { VirtualClock } from "../../runtime/virtual_clock.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import type { Outside } from "../context.ts";
import type { Chapter } from "./chapters.ts";
import type { DemoChapter } from "./model.ts";
import { Plain } from "./plain.ts";
import { Stage } from "./stage.ts";
import { chaptersOf, prepare, type Telling, tellStory } from "./story.ts";
import { OPENING, summaryOf } from "./summary.ts";
import { Terminal } from "./terminal.ts";
import { Theatre } from "./theatre.ts";

export interface DemoSurroundings {
  readonly outside: Outside;
  readonly stop: AbortSignal;
  /** Of real time. */
  readonly clock?: Clock;
}

interface Show {
  readonly args: Pick<Arguments, "speed" | "step">;
  readonly chapters: readonly Chapter[];
  readonly stage: Stage;
  readonly outside: Outside;
  /** Of simulated and of real time. */
  readonly virtual: VirtualClock;
  readonly real: Clock;
  /** All that runs while the story is told. */
  readonly running: Lifecycle;
}

/** Undefined where the story was broken off. */
type Told = readonly DemoChapter[] | undefined;

/** When the story begins: always the same moment, so that it is always the same story. */
const WALL = Date.UTC(2026, 0, 5, 9);

/** Shows the operator at work in an embedded cluster: in a terminal to look at, else as lines of text. */
export async function demo(
  args: Arguments,
  { outside, stop, clock = systemClock }: DemoSurroundings,
): Promise<void> {
  const chapters = chaptersOf(args.scenario);
  if (args.step && (!outside.isTty || outside.keys === undefined)) {
    throw new UsageError("--step waits for a key after each chapter: it needs a terminal");
  }
  const virtual = new VirtualClock({ wallMs: WALL });
  const theatre = new Theatre(virtual);
  const running = new Lifecycle();
  const leaving = AbortSignal.any([stop, theatre.failed]);
  leaving.addEventListener("abort", () => running.stop());
  if (leaving.aborted) running.stop();
  const stage = new Stage({ theatre, clock: virtual, signal: running.signal });
  const show: Show = { args, chapters, stage, outside, virtual, real: clock, running };
  try {
    await virtual.complete(prepare(chapters, stage));
    const told = await (outside.isTty ? playInTerminal(show) : playPlain(show));
    if (told !== undefined) outside.write(summaryOf(told));
  } catch (error) {
    // Who leaves does not fail; and what has failed in the theatre is thrown by closing it.
    if (!leaving.aborted) throw error;
  } finally {
    await virtual.complete(theatre.close());
  }
}

async function playInTerminal(show: Show): Promise<Told> {
  const { args, stage, outside, virtual, real: clock, running } = show;
  const { speed } = args;
  const terminal = new Terminal({ outside, clock, stage, speed, onQuit: () => running.stop() });
  stage.theatre.ledger.begin(() => {});
  running.start("the terminal", (signal) => terminal.run(signal));
  const nowSpeed = () => stage.isWaiting ? 0 : speed * stage.pace;
  running.start("the pace", (signal) => pace(virtual, { clock, speed: nowSpeed, signal }));
  const goOn = () => args.step ? terminal.nextKey(running.signal) : Promise.resolve();
  return await tell(show, { onChapter: () => {}, goOn });
}

async function playPlain(show: Show): Promise<Told> {
  const { args, stage, outside, virtual, real: clock, running } = show;
  const { signal } = running;
  const plain = new Plain({ write: outside.write, clock: virtual, see: () => stage.model(undefined), signal });
  outside.write(OPENING);
  stage.theatre.ledger.begin((event) => plain.event(event));
  plain.start();
  // Nobody looks on: it need not take longer than it does, unless it is asked to.
  const nowSpeed = () => args.speed * stage.pace;
  running.start("the pace", async (signal) => {
    if (args.speed === 1) await virtual.run(Number.MAX_VALUE, signal);
    else await pace(virtual, { clock, speed: nowSpeed, signal });
  });
  return await tell(show, { onChapter: (chapter) => plain.chapter(chapter), goOn: () => Promise.resolve() });
}

async function tell({ chapters, stage, running }: Show, telling: Telling): Promise<Told> {
  let told: Told;
  running.start("the story", async (signal) => {
    const chaptersTold = await tellStory(chapters, { stage, telling });
    if (!signal.aborted) told = chaptersTold;
    running.stop();
  });
  await running.join();
  return told;
}
