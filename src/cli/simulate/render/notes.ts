import type { InputNote } from "../report.ts";

/** What is said of several objects in the same words. */
export interface NoteGroup {
  readonly why: string;
  readonly path: string;
  readonly notes: readonly InputNote[];
}

/** In the order of their first notes. */
export function groupNotes(notes: readonly InputNote[]): NoteGroup[] {
  const groups = new Map<string, InputNote[]>();
  for (const note of notes) {
    const key = JSON.stringify([note.why, note.path]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [note]);
    else group.push(note);
  }
  return [...groups.values()].map((group) => ({ why: group[0]!.why, path: group[0]!.path, notes: group }));
}

/** `StatefulSet shop/db (shop.yaml, document 3)` */
export function describePlace({ object, file, document }: InputNote): string {
  return `${object} (${file === "-" ? "standard input" : file}, document ${document})`;
}
