/** A stranger's text made safe for one line of a log or an Event: quoted, escaped, cut to 64 characters. */
export function quote(text: string): string {
  const cut = text.length > 64 ? `${text.slice(0, 64).toWellFormed()}…` : text.toWellFormed();
  return JSON.stringify(cut).replace(/[\u007f-\u009f\u2028\u2029]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
