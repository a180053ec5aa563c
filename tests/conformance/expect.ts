import assert from "node:assert/strict";
import type { Answer, Json } from "./api.ts";

/** The body of a success. */
export function ok(answer: Answer, status = 200): Json {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  return answer.body;
}

export interface Refusal {
  readonly code: number;
  /** Undefined: the `Status` has none. */
  readonly reason: string | undefined;
  readonly message: string | RegExp;
  /** All of `details`; undefined: the `Status` has none. */
  readonly details?: Json;
}

/** The answer is this `Status` and nothing else, under the HTTP status of the same number. */
export function refused(answer: Answer, { code, reason, message, details }: Refusal): void {
  assert.equal(answer.status, code, JSON.stringify(answer.body));
  const { message: said, ...rest } = answer.body;
  if (message instanceof RegExp) assert.match(said, message);
  else assert.equal(said, message);
  const expected = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", code };
  assert.deepEqual(rest, {
    ...expected,
    ...reason === undefined ? {} : { reason },
    ...details === undefined ? {} : { details },
  });
}

/** What `kind` (a resource's plural name, and its group) tells of an object that is not there. */
export function notFound(answer: Answer, kind: string, name: string): void {
  const group = groupOf(kind);
  refused(answer, {
    code: 404,
    reason: "NotFound",
    message: `${kind} "${name}" not found`,
    details: { name, ...group, kind: kind.split(".")[0] },
  });
}

/** A write that lost against another one. */
export function conflict(answer: Answer, kind: string, name: string): void {
  refused(answer, {
    code: 409,
    reason: "Conflict",
    message: `Operation cannot be fulfilled on ${kind} "${name}": the object has been modified; ` +
      "please apply your changes to the latest version and try again",
    details: { name, ...groupOf(kind), kind: kind.split(".")[0] },
  });
}

/** `deployments.apps` -> `{ group: "apps" }`. */
function groupOf(kind: string): { group?: string } {
  const dot = kind.indexOf(".");
  return dot < 0 ? {} : { group: kind.slice(dot + 1) };
}

/**
 * Checks causes by reason and field: `FieldValueInvalid metadata.name`. Their texts may differ, and how often
 * one comes: the real server validates the metadata of some updates several times.
 */
export function invalid(answer: Answer, causes: readonly string[]): void {
  assert.equal(answer.status, 422, JSON.stringify(answer.body));
  assert.equal(answer.body.reason, "Invalid");
  assert.equal(answer.body.code, 422);
  const given = answer.body.details.causes.map((cause: Json) => `${cause.reason} ${cause.field}`);
  assert.deepEqual([...new Set(given)], causes);
  for (const { message } of answer.body.details.causes) {
    assert.ok(answer.body.message.includes(message), message);
  }
}

export function versionOf(object: Json): number {
  assert.match(object.metadata.resourceVersion, /^[1-9][0-9]*$/);
  return Number(object.metadata.resourceVersion);
}

/** Without what nothing here is about: who wrote which field. */
export function plain(object: Json): Json {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

export function names(list: Json): string[] {
  return list.items.map((item: Json) => item.metadata.name);
}
