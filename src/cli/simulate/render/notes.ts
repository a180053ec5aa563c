import { fileText } from "../manifest_documents.ts";
import { NOTHING_LOST } from "../manifest_kinds.ts";
import type { InputNote } from "../report.ts";

/** What is said of several objects in the same words. */
export interface NoteGroup {
  readonly why: string;
  readonly path: string;
  readonly notes: readonly InputNote[];
}

/** In the order of their first notes, but last what makes no difference: it is the most. */
export function groupNotes(notes: readonly InputNote[]): NoteGroup[] {
  const groups = new Map<string, InputNote[]>();
  for (const note of notes) {
    const key = JSON.stringify([note.why, note.path]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [note]);
    else group.push(note);
  }
  const all = [...groups.values()].map((group) => ({ why: group[0]!.why, path: group[0]!.path, notes: group }));
  return all.toSorted((a, b) => Number(a.why === NOTHING_LOST) - Number(b.why === NOTHING_LOST));
}

/** `StatefulSet shop/db (shop.yaml, document 3)`; the file only where there are others. */
export function describePlace({ object, file, document }: InputNote, manifests: readonly string[]): string {
  const isOnly = manifests.length === 1 && manifests[0] === file;
  return `${object} (${isOnly ? "" : `${fileText(file)}, `}document ${document})`;
}
