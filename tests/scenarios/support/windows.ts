import type { Clock } from "../../../src/runtime/clock.ts";

export interface Window {
  readonly schedule: string;
  readonly duration: string;
}

/** Open all the time. */
export const OPEN: Window = { schedule: "* * * * *", duration: "5m" };

/** Of one minute, half a day from now. */
export function closedWindow(clock: Clock): Window {
  const opens = new Date(clock.wall() + 12 * 3_600_000);
  return { schedule: `${opens.getUTCMinutes()} ${opens.getUTCHours()} * * *`, duration: "1m" };
}

export function windowAnnotations({ schedule, duration }: Window): Record<string, string> {
  return { "spotalis.io/disruption-schedule": schedule, "spotalis.io/disruption-duration": duration };
}
