/** The letters that Kubernetes makes hashes and name suffixes of. */
const SAFE = "[bcdfghjklmnpqrstvwxz2456789]";

const MASKS: readonly [pattern: RegExp, mask: string][] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UID"],
  [/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g, "TIME"],
  [/(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}/g, "TIME"],
  [/https:\/\/[\w.-]+:\d+/g, "SERVER"],
  [/\b(resourceVersion"?:) ?"?\d+"?/g, "$1 VERSION"],
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, "IP"],
  [new RegExp(`\\b(web|db)-${SAFE}{7,10}-${SAFE}{5}\\b`, "g"), "$1-HASH-POD"],
  [new RegExp(`\\b(web|db)-${SAFE}{7,10}\\b`, "g"), "$1-HASH"],
  [new RegExp(`\\bmade-${SAFE}{5}\\b`, "g"), "made-NAME"],
  [new RegExp(`\\b(pod-template-hash"?[=:] ?"?)${SAFE}{7,10}\\b`, "g"), "$1HASH"],
  [/\b(?:spot|on-demand)-\d\b/g, "NODE"],
  // Of events: how often, and since when.
  [/\(x\d+ over \w+\)/g, "AGE"],
  // Not millicores, as in `"cpu":"100m"` and `100m (0%)`.
  [/<invalid>|(?<![\w.:/=-]|cpu\W{1,8})(?:\d+[smhdy]){1,2}(?![\w.:/-]| \(\d)/g, "AGE"],
];

/** The same text for two runs of a command: without what differs from run to run. */
export function mask(text: string): string {
  const lines = text.split("\n").map(unaligned).join("\n");
  return MASKS.reduce((masked, [pattern, mask]) => masked.replaceAll(pattern, mask), lines);
}

/** Columns and continued values are as wide as what is in them, which may differ. */
function unaligned(line: string): string {
  return line.replace(/(?<=\S)[ \t]{2,}/g, "  ").replace(/^ {9,}/, " ".repeat(9)).trimEnd();
}
