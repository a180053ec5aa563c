import { loopbackCertificate } from "../../src/sim/serving/loopback_certificate.ts";

const MADE_MS = Date.UTC(2026, 10, 25, 2, 29, 59);
const DAY_MS = 86_400_000;

/** From when, and until when, the pairs are valid. */
export const NOT_BEFORE = new Date(MADE_MS - DAY_MS).toISOString();
export const NOT_AFTER = new Date(MADE_MS + 30 * DAY_MS).toISOString();

/** Two pairs of certificate and key, made anew for each run. */
export const [FIRST, SECOND] = await Promise.all([loopbackCertificate(MADE_MS), loopbackCertificate(MADE_MS)]);
