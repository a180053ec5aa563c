/**
 * What neither a reader nor a terminal sees for what it is: the control characters that JSON leaves as they are,
 * line breaks of Unicode, marks that turn the direction of writing, and what has no width.
 */
const UNSEEN = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const PLAIN = /^[\w./:@-]{1,64}$/;

/** A stranger's text made safe for one line of a log or an Event: quoted, escaped, cut to 64 characters. */
export function quote(text: string): string {
  const cut = text.length > 64 ? `${text.slice(0, 64).toWellFormed()}…` : text.toWellFormed();
  return JSON.stringify(cut).replace(UNSEEN, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** As it is where it looks like a name, else quoted: for a stranger's text where a name is expected. */
export function named(text: string): string {
  return PLAIN.test(text) ? text : quote(text);
}
