import { UsageError } from "../arguments.ts";
import { type Chapter, CHAPTERS } from "./chapters.ts";
import type { DemoChapter } from "./model.ts";
import type { Stage } from "./stage.ts";

export interface Telling {
  readonly onChapter: (chapter: DemoChapter) => void;
  /** Waits until the next chapter may begin. */
  readonly goOn: () => Promise<void>;
}

/** For the last look at what a chapter has come to. */
const RESULT_SECONDS = 3;

/** All chapters, or the one that is asked for. */
export function chaptersOf(name: string | undefined): readonly Chapter[] {
  if (name === undefined) return CHAPTERS;
  const chapter = CHAPTERS.find((each) => each.name === name);
  if (chapter !== undefined) return [chapter];
  const names = CHAPTERS.map((each) => each.name).join(", ");
  throw new UsageError(`there is no scenario "${name}": demo has ${names}`);
}

/** Brings the cluster to where the first of some chapters begins. */
export async function prepare(chapters: readonly Chapter[], stage: Stage): Promise<void> {
  await stage.theatre.open();
  if (chapters[0] === CHAPTERS[0]) return;
  await stage.kubectl.apply();
  await stage.settled();
}

/** Answers the chapters with what they have come to. */
export async function tellStory(
  chapters: readonly Chapter[],
  { stage, telling }: { stage: Stage; telling: Telling },
): Promise<readonly DemoChapter[]> {
  const told: DemoChapter[] = [];
  for (const [i, { title, words, pace, play }] of chapters.entries()) {
    const show = (result: string | undefined) => {
      stage.chapter = { number: i + 1, of: chapters.length, title, words, result };
      telling.onChapter(stage.chapter);
    };
    stage.pace = pace;
    stage.theatre.tally.mark();
    show(undefined);
    const result = await play(stage);
    show(result);
    await stage.dwell(RESULT_SECONDS);
    await telling.goOn();
    told.push(stage.chapter);
  }
  return told;
}
