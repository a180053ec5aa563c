import { visible } from "./escape.ts";

/** Prose in longer lines is hard to read. */
export const MOST_PROSE = 100;

export interface WrapOptions {
  /** Of a line, with what it begins with. */
  readonly width: number;
  /** What the first line begins with, and the others with as many spaces. */
  readonly first?: string;
}

/** Text from outside in lines that break between words, or within those that are longer than a line. */
export function wrap(text: string, { width, first = "" }: WrapOptions): string {
  const rest = " ".repeat(first.length);
  const room = width - first.length;
  const lines: string[] = [];
  let line = "";
  const words = visible(text).split(" ").flatMap((word) => pieces(word, room));
  for (const word of words) {
    if (line === "") line = word;
    else if (line.length + 1 + word.length <= room) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].map((one, i) => `${i === 0 ? first : rest}${one}\n`).join("");
}

function pieces(word: string, length: number): string[] {
  const characters = [...word];
  const all: string[] = [];
  let piece = "";
  for (const character of characters) {
    if (piece.length + character.length > length) {
      all.push(piece);
      piece = "";
    }
    piece += character;
  }
  return [...all, piece];
}

/** What is too long loses its middle: a name is told from others by its beginning or by its end. */
export function shorten(text: string, width: number): string {
  const shown = visible(text);
  if (shown.length <= width) return shown;
  const head = Math.ceil((width - 1) / 2);
  return `${shown.slice(0, head)}…${shown.slice(shown.length - (width - 1 - head))}`.toWellFormed();
}
