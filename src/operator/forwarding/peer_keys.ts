import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../runtime/clock.ts";

/** What a signature covers. The path and the method are always the same, and part of the key's purpose. */
export interface Signed {
  /** `10.0.0.7:9443`: whom it is for, so that no other can pass it on. */
  readonly to: string;
  readonly body: Uint8Array;
}

export interface Signature {
  /** When it was made: milliseconds since the epoch. */
  readonly sentMs: number;
  /** One for each key that the sender has, in hex. */
  readonly codes: readonly string[];
}

const PURPOSE = "spotalis: POST /forwarded, version 1";
const KEY_BYTES = 32;
/** A mounted Secret reaches all replicas within a minute or two; until then they hold different keys. */
const OVERLAP_MS = 5 * 60_000;
/** Clocks of nodes differ by less. What is sent again within it is answered as before, by its uid. */
const FRESH_MS = 30_000;
const MOST_KEYS = 3;

/**
 * Shows one replica that another has sent something. The replicas mount the same serving key, and no one else
 * does: what they sign with is derived from it, so there is no further secret to make and to keep.
 */
export class PeerKeys {
  readonly #clock: Clock;
  /** The newest first. */
  #keys: { readonly pem: string; readonly key: Uint8Array; endsMs: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The serving key, PEM. The one before is good for a while. */
  renew(pem: string): void {
    if (this.#keys[0]?.pem === pem) return;
    const nowMs = this.#clock.now();
    const older = this.#valid(nowMs).filter((each) => each.pem !== pem);
    for (const each of older) each.endsMs = Math.min(each.endsMs, nowMs + OVERLAP_MS);
    const key = new Uint8Array(hkdfSync("sha256", pem, "", PURPOSE, KEY_BYTES));
    this.#keys = [{ pem, key, endsMs: Infinity }, ...older].slice(0, MOST_KEYS);
  }

  sign(signed: Signed): Signature {
    const sentMs = this.#clock.wall();
    const codes = this.#valid(this.#clock.now()).map(({ key }) => codeOf(key, { ...signed, sentMs }));
    return { sentMs, codes: codes.map((code) => code.toString("hex")) };
  }

  /** Whether it is worth checking. */
  isFresh(sentMs: number): boolean {
    return Math.abs(this.#clock.wall() - sentMs) <= FRESH_MS;
  }

  isValid({ sentMs, codes }: Signature, signed: Signed): boolean {
    if (!this.isFresh(sentMs)) return false;
    return this.#valid(this.#clock.now()).some(({ key }) => {
      const right = codeOf(key, { ...signed, sentMs });
      return codes.map((code) => bytesOf(code)).some((code) =>
        code.length === right.length && timingSafeEqual(code, right)
      );
    });
  }

  #valid(nowMs: number) {
    return this.#keys.filter(({ endsMs }) => nowMs < endsMs);
  }
}

function codeOf(key: Uint8Array, { to, body, sentMs }: Signed & { sentMs: number }) {
  return createHmac("sha256", key).update(`${to}\n${sentMs}\n`).update(body).digest();
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
