const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "\u00b5s": 1e-3,
  "\u03bcs": 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const WHOLE = /^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$/;
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/g;

/** What a message says is allowed where a duration is asked for. */
export const DURATION_FORM = 'a Go duration such as "30s", "4h" or "1h30m"';

/** Ten years: what is longer is a slip of the pen, and beyond what a timer can hold. */
const LONGEST_MS = 10 * 365 * 24 * UNIT_MS["h"]!;

/**
 * Milliseconds of a Go duration (https://pkg.go.dev/time#ParseDuration), or undefined where the text
 * is none. Negative ones are none here: nothing of ours can last less than no time.
 */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  if (text.length > 64 || !WHOLE.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(PART)) ms += Number(amount) * UNIT_MS[unit!]!;
  return ms <= LONGEST_MS ? ms : undefined;
}

/** The way Go prints a duration, to the millisecond: `1h2m3s`, `1.5s`, `250ms`. */
export function formatDuration(ms: number): string {
  const whole = Math.round(ms);
  if (whole < 1_000) return whole === 0 ? "0s" : `${whole}ms`;
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor(whole / 60_000) % 60;
  const seconds = (whole % 60_000) / 1_000;
  const head = hours > 0 ? `${hours}h${minutes}m` : minutes > 0 ? `${minutes}m` : "";
  return `${head}${seconds}s`;
}
