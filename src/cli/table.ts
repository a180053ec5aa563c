export interface TableOptions {
  /** Whether a person looks at it on a terminal: then the header is set off. */
  readonly isTerminal: boolean;
}

/** Rows in aligned columns. In a pipe it is the same text without any escape. */
export function renderTable(rows: readonly (readonly string[])[], { isTerminal }: TableOptions): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from(
    { length: columns },
    (_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)),
  );
  const lines = rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd());
  if (isTerminal && lines.length > 0) lines[0] = `\x1b[1m${lines[0]}\x1b[0m`;
  return lines.map((line) => `${line}\n`).join("");
}
