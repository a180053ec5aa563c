const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How Kubernetes tells an age, with two or three figures: `95s`, `7m30s`, `3h5m`, `2d3h`, `1y90d`. */
export function humanDuration(ms: number): string {
  // Clocks differ: what is less than two seconds ahead is now.
  if (ms <= -2 * SECOND) return "<invalid>";
  if (ms < 0) return "0s";
  const [seconds, minutes, hours, days] = [SECOND, MINUTE, HOUR, DAY].map((unit) => Math.floor(ms / unit)) as [
    number,
    number,
    number,
    number,
  ];
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return twoUnits(`${minutes}m`, seconds % 60, "s");
  if (hours < 3) return `${minutes}m`;
  if (hours < 8) return twoUnits(`${hours}h`, minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  if (days < 8) return twoUnits(`${days}d`, hours % 24, "h");
  const years = Math.floor(days / 365);
  if (years < 2) return `${days}d`;
  return years < 8 ? twoUnits(`${years}y`, days % 365, "d") : `${years}y`;
}

function twoUnits(large: string, amount: number, unit: string): string {
  return amount === 0 ? large : `${large}${amount}${unit}`;
}

/** The age of what has this timestamp. */
export function ageOf(timestamp: string | null | undefined, now: number): string {
  return timestamp ? humanDuration(now - Date.parse(timestamp)) : "<unknown>";
}
