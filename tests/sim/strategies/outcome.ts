import { isDeepStrictEqual } from "node:util";
import type { Loose } from "./cases/case.ts";

/** What became of a request, without what differs from server to server and from time to time. */
export interface Outcome {
  readonly code: number;
  readonly object?: Loose;
  readonly message?: string;
  readonly causes?: readonly Loose[];
}

export function outcomeOf(code: number, body: Loose): Outcome {
  if (code < 300) return { code, object: withoutIdentity(body) };
  const causes = body.details?.causes?.map(masked);
  return causes === undefined
    ? { code, message: cut(body.message) }
    : { code, causes: inOrder(withoutRepeats(causes)) };
}

/** UIDs, times and versions are not compared, nor are addresses that the server gives. */
function withoutIdentity(object: Loose): Loose {
  const { uid, creationTimestamp } = object.metadata;
  const text = JSON.stringify(object)
    .replaceAll(uid, "UID")
    .replaceAll(creationTimestamp, "TIME")
    .replaceAll(
      /"10\.\d+\.\d+\.\d+"/g,
      (ip) => ["77", "78"].includes(ip.split(".")[3]!.slice(0, 2)) ? ip : '"IP"',
    );
  const copy = JSON.parse(text);
  delete copy.metadata.resourceVersion;
  delete copy.metadata.managedFields;
  return copy;
}

function masked({ reason, message, field }: Loose): Loose {
  return { reason, message: cut(message), field };
}

/**
 * Go's differences between structs, and a pod template as a Go struct, are not compared; nor is a UID.
 */
function cut(message: string): string {
  return message
    .split("\n")[0]!
    .replace(
      /Invalid value: \{"(?:labels|metadata)".*\}: field is immutable/,
      "Invalid value: TEMPLATE: field is immutable",
    )
    .replaceAll(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g, "UID");
}

/** What is wrong with one field comes in any order: the API server walks through maps. */
function inOrder(causes: readonly Loose[]): Loose[] {
  const firstOf = (cause: Loose) => causes.findIndex(({ field }) => field === cause.field);
  return causes.toSorted((a, b) => firstOf(a) - firstOf(b) || (a.message < b.message ? -1 : 1));
}

/** The API server says some things more than once. */
function withoutRepeats(causes: readonly Loose[]): Loose[] {
  return causes.filter((cause, i) => causes.findIndex((other) => isDeepStrictEqual(cause, other)) === i);
}
