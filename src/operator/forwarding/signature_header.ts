import type { Signature } from "./peer_keys.ts";

/** Where a replica takes reviews that others pass on to it. */
export const FORWARDED_PATH = "/forwarded";

export const SIGNATURE_HEADER = "spotalis-signature";

/** When, and one code for each of the sender's few keys. */
const FORM = /^(\d{1,15}) ([0-9a-f]{64}(?:,[0-9a-f]{64}){0,3})$/;

export function signatureText({ sentMs, codes }: Signature): string {
  return `${sentMs} ${codes.join()}`;
}

export function parseSignature(text: string | null): Signature | undefined {
  const [, sentMs, codes] = FORM.exec(text ?? "") ?? [];
  return sentMs === undefined ? undefined : { sentMs: Number(sentMs), codes: codes!.split(",") };
}
