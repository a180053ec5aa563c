/** Digits as the API writes numbers into names: none of them makes a word. */
const DIGITS = "456789bcdf";

/** A name for what a template says, whatever the order of its fields; `collisions`: how often that name was taken. */
export function templateHash(template: unknown, collisions = 0): string {
  // FNV-1a of 32 bits: upstream's too is a hash of that size in these digits.
  let hash = 0x811c9dc5;
  const text = canonical(template) + (collisions === 0 ? "" : String(collisions));
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return String(hash >>> 0).replace(/\d/g, (digit) => DIGITS[Number(digit)]!);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  const fields = Object.entries(value).filter(([, each]) => each !== undefined).sort(([a], [b]) =>
    a < b ? -1 : 1
  );
  return `{${fields.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join()}}`;
}
