import { systemClock } from "../../../src/runtime/clock.ts";
import { eventually as eventuallyOn } from "../../scenarios/support/eventually.ts";

/** Tries a check again until it passes, in real time. */
export async function eventually(check: () => Promise<void>, ms = 5_000): Promise<void> {
  await eventuallyOn(systemClock, check, { ms });
}
