/** Text that is HTML already. */
export interface Markup {
  readonly html: string;
}

export type Part = string | number | Markup | undefined | readonly Part[];

/**
 * Characters that move the cursor, break a line, turn the direction of writing over, or are none at all:
 * C0 and C1 controls, line separators, bidirectional embeddings, overrides and isolates.
 */
// deno-lint-ignore no-control-regex
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text from outside as one line of visible characters: what cannot be shown becomes U+FFFD. */
export function visible(text: string): string {
  return text.toWellFormed().replaceAll(UNSEEN, "\ufffd");
}

/** Text from outside, for HTML's text and for a quoted attribute. */
export function escapeHtml(text: string): string {
  return visible(text).replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** HTML in which every part is escaped that is not `Markup`. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { html: strings.map((text, i) => (i === 0 ? "" : htmlOf(parts[i - 1])) + text).join("") };
}

/** Text from outside, where its direction of writing must not reach its neighbours. */
export function outside(text: string): Markup {
  return markup`<bdi>${text}</bdi>`;
}

function htmlOf(part: Part): string {
  if (part === undefined) return "";
  if (typeof part === "string") return escapeHtml(part);
  if (typeof part === "number") return String(part);
  return "html" in part ? part.html : part.map(htmlOf).join("");
}
