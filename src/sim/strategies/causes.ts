import type { Cause } from "../api/failure.ts";

/**
 * What is wrong with a field, in the API server's words (`apimachinery/pkg/util/validation/field`).
 * `field` is its path, such as `spec.containers[0].name`.
 */
export function required(field: string, why = ""): Cause {
  return { reason: "FieldValueRequired", message: `Required value${why === "" ? "" : `: ${why}`}`, field };
}

export function wrong(field: string, { value, why }: { value: unknown; why: string }): Cause {
  const because = why === "" ? "" : `: ${why}`;
  return { reason: "FieldValueInvalid", message: `Invalid value: ${written(value)}${because}`, field };
}

export function forbidden(field: string, why: string): Cause {
  return { reason: "FieldValueForbidden", message: `Forbidden: ${why}`, field };
}

export function duplicate(field: string, value: unknown): Cause {
  return { reason: "FieldValueDuplicate", message: `Duplicate value: ${written(value)}`, field };
}

export function notFound(field: string, value: unknown): Cause {
  return { reason: "FieldValueNotFound", message: `Not found: ${written(value)}`, field };
}

export function tooLong(field: string, mostBytes: number): Cause {
  return { reason: "FieldValueTooLong", message: `Too long: may not be more than ${mostBytes} bytes`, field };
}

/** Nothing, where the value is among those that are supported. */
export function* oneOf(
  field: string,
  { value, among }: { value: string | undefined; among: readonly string[] },
): Generator<Cause> {
  if (value === undefined || among.includes(value)) return;
  yield unsupported(field, { value, among });
}

export function unsupported(
  field: string,
  { value, among }: { value: unknown; among: readonly string[] },
): Cause {
  const list = among.map((each) => `"${each}"`).join(", ");
  return {
    reason: "FieldValueNotSupported",
    message: `Unsupported value: ${written(value)}: supported values: ${list}`,
    field,
  };
}

export function* notNegative(field: string, value: number | undefined): Generator<Cause> {
  if (value !== undefined && value < 0) {
    yield wrong(field, { value, why: "must be greater than or equal to 0" });
  }
}

export function* inRange(
  field: string,
  { value, least, most }: { value: number; least: number; most: number },
): Generator<Cause> {
  if (value >= least && value <= most) return;
  yield wrong(field, { value, why: `must be between ${least} and ${most}, inclusive` });
}

export function immutable(field: string, value: unknown): Cause {
  return wrong(field, { value, why: "field is immutable" });
}

function written(value: unknown): string {
  return JSON.stringify(value ?? null);
}
