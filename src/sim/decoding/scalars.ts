import type { Json } from "../json.ts";
import { isQuantity } from "../strategies/canonical_quantity.ts";
import { timeProblem } from "./go_times.ts";

const NO_QUANTITY =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const INT32 = 2 ** 31;

export const WRONG_TYPE = "wrong type";

/** Why a value is none of a scalar type: `WRONG_TYPE`, or in the words of the type's own decoder. */
export function readProblem(type: string, value: Json): string | undefined {
  switch (type) {
    case "string":
      return typeof value === "string" ? undefined : WRONG_TYPE;
    case "bool":
      return typeof value === "boolean" ? undefined : WRONG_TYPE;
    case "int32":
      return isInt(value, INT32) ? undefined : WRONG_TYPE;
    case "int64":
      return isInt(value, 2 ** 63) ? undefined : WRONG_TYPE;
    case "intOrString":
      return typeof value === "string" || isInt(value, INT32) ? undefined : WRONG_TYPE;
    case "quantity":
      return isQuantity(value) ? undefined : NO_QUANTITY;
    case "time":
    case "microTime":
      return typeof value === "string" ? timeProblem(value, { isMicro: type === "microTime" }) : WRONG_TYPE;
    case "bytes":
      return typeof value === "string" ? base64Problem(value) : WRONG_TYPE;
    default:
      return undefined;
  }
}

const GO_TYPES: Readonly<Record<string, string>> = {
  string: "string",
  bool: "bool",
  int32: "int32",
  int64: "int64",
  intOrString: "int32",
  quantity: "resource.Quantity",
  time: "string",
  microTime: "string",
  bytes: "[]uint8",
};

/** What Go calls a type: `v1.Container`. */
export function goTypeOf(type: string): string {
  return GO_TYPES[type] ?? `v1.${type.split("_").at(-1)}`;
}

function isInt(value: Json, bound: number): boolean {
  return Number.isInteger(value) && (value as number) >= -bound && (value as number) < bound;
}

function base64Problem(text: string): string | undefined {
  const clean = text.replaceAll(/[\r\n]/g, "");
  const bad = clean.search(/[^A-Za-z0-9+/]/);
  const isPadding = bad >= 0 && /^={1,2}$/.test(clean.slice(bad)) && clean.length % 4 === 0;
  if (bad >= 0 && !isPadding) return `illegal base64 data at input byte ${bad}`;
  return clean.length % 4 === 0
    ? undefined
    : `illegal base64 data at input byte ${clean.length - clean.length % 4}`;
}
