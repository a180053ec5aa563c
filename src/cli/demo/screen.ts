export interface ScreenDeps {
  readonly write: (text: string) => void;
}

/** https://invisible-island.net/xterm/ctlseqs/ctlseqs.html: alternate screen, cursor, wrapping. */
const OPEN = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const CLOSE = "\x1b[?7h\x1b[?25h\x1b[?1049l";
const CLEAR = "\x1b[2J";
/** What comes between them is shown at once: https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036 */
const BEGIN = "\x1b[?2026h";
const END = "\x1b[?2026l";

/** A terminal's whole screen, of which only those lines are written that have changed. */
export class Screen {
  readonly #write: (text: string) => void;
  #shown: readonly string[] = [];
  #size = "";
  #isOpen = false;

  constructor({ write }: ScreenDeps) {
    this.#write = write;
  }

  draw(lines: readonly string[], { columns, rows }: { columns: number; rows: number }): void {
    let text = "";
    if (!this.#isOpen) text += OPEN;
    this.#isOpen = true;
    const size = `${columns}x${rows}`;
    if (size !== this.#size) {
      text += CLEAR;
      this.#shown = [];
      this.#size = size;
    }
    lines.forEach((line, i) => {
      // Cleared before it is written: after the last column, clearing would take that column's character.
      if (line !== (this.#shown[i] ?? "")) text += `\x1b[${i + 1};1H\x1b[2K${line}`;
    });
    this.#shown = lines;
    if (text !== "") this.#write(`${BEGIN}${text}${END}`);
  }

  /** Leaves the terminal as it was. */
  close(): void {
    if (this.#isOpen) this.#write(CLOSE);
    this.#isOpen = false;
  }
}
