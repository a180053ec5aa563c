import { apiVersionOf, RESOURCES, type ResourceType } from "../resources.ts";
import { isQuantity } from "./canonical_quantity.ts";
import { timeProblem } from "./go_times.ts";
import { goTypeOf, isScalar, type Scalar, type Shape } from "./shape.ts";
import { shapeOf } from "./shapes.ts";

/**
 * Why the API server cannot read an object: a field of a wrong type, a time or a quantity that is none.
 * The answer is the message of its 400 BadRequest. Undefined: it can, and fields that the embedded server
 * looks at have the types that it expects.
 */
export function decodingProblem(type: ResourceType, object: Readonly<Record<string, unknown>>): string | undefined {
  const { kind = type.kind, apiVersion = apiVersionOf(type) } = object;
  const why = kindProblem(type, { kind, apiVersion }) ?? unreadable(type, object);
  if (why === undefined) return undefined;
  const version = String(apiVersion).split("/").at(-1);
  return `${kind} in version "${version}" cannot be handled as a ${type.kind}: ${why}`;
}

function kindProblem(
  type: ResourceType,
  { kind, apiVersion }: { kind: unknown; apiVersion: unknown },
): string | undefined {
  if (kind === type.kind && apiVersion === apiVersionOf(type)) return undefined;
  const known = RESOURCES.find((each) => each.kind === kind && apiVersionOf(each) === apiVersion);
  if (known === undefined) {
    return `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`;
  }
  const internal = `${type.group === "" ? "core" : type.group.split(".")[0]}.${type.kind}`;
  return `converting (${known.version}.${known.kind}) to (${internal}): unknown conversion`;
}

/**
 * The same without the sentence around it: of a patched object the API server says it in a 422 Invalid, as
 * the problem of a field `patch`.
 */
export function unreadable(type: ResourceType, object: Readonly<Record<string, unknown>>): string | undefined {
  const reader = new Reader();
  reader.read(shapeOf(type), object, { struct: type.kind, path: "" });
  return reader.problem;
}

/** The field that a value is in: the struct around it, and the names on the way to it. */
interface Field {
  readonly struct: string;
  readonly path: string;
}

/** Keeps the first problem. A text that a type's own decoder refuses comes before all wrong types. */
class Reader {
  #wrongType: string | undefined;
  #unreadable: string | undefined;

  get problem(): string | undefined {
    return this.#unreadable ?? (this.#wrongType === undefined ? undefined : `json: cannot unmarshal ${this.#wrongType}`);
  }

  read(shape: Shape, value: unknown, field: Field): void {
    if (value === null || value === undefined || this.#unreadable !== undefined) return;
    if (isScalar(shape)) return this.#scalar(shape, value, field);
    if ("items" in shape) {
      if (!Array.isArray(value)) return this.#wrong(shape, value, field);
      for (const each of value) this.read(shape.items, each, field);
      return;
    }
    if (typeof value !== "object" || Array.isArray(value)) return this.#wrong(shape, value, field);
    const object = value as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(object)) {
      if ("values" in shape) this.read(shape.values, object[key], field);
      else if (shape.fields[key] !== undefined) {
        const path = field.path === "" ? key : `${field.path}.${key}`;
        this.read(shape.fields[key], object[key], { struct: shape.name, path });
      }
    }
  }

  #scalar(shape: Scalar, value: unknown, field: Field): void {
    switch (shape) {
      case "quantity":
        if (!isQuantity(value)) this.#unreadable = NO_QUANTITY;
        return;
      case "intOrString":
        if (typeof value !== "string" && !isInt(value, INT32)) this.#wrong(shape, value, field);
        return;
      case "time":
      case "microTime":
        if (typeof value !== "string") this.#wrong(shape, value, field);
        else this.#unreadable = timeProblem(value, { isMicro: shape === "microTime" });
        return;
      case "bytes":
        if (typeof value !== "string") this.#wrong(shape, value, field);
        else this.#unreadable = base64Problem(value);
        return;
      default:
        if (!isOfType(shape, value)) this.#wrong(shape, value, field);
    }
  }

  #wrong(shape: Shape, value: unknown, { struct, path }: Field): void {
    const type = goTypeOf(shape);
    this.#wrongType ??= `${jsonTypeOf(value, type)} into Go struct field ${struct}.${path} of type ${type}`;
  }
}

const NO_QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const INT32 = 2 ** 31;

function isOfType(shape: Scalar, value: unknown): boolean {
  switch (shape.replace("*", "")) {
    case "string":
      return typeof value === "string";
    case "bool":
      return typeof value === "boolean";
    case "int32":
      return isInt(value, INT32);
    default:
      return isInt(value, 2 ** 63);
  }
}

function isInt(value: unknown, bound: number): boolean {
  return Number.isInteger(value) && (value as number) >= -bound && (value as number) < bound;
}

function jsonTypeOf(value: unknown, type: string): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return type.startsWith("int") ? `number ${value}` : "number";
  return typeof value === "boolean" ? "bool" : typeof value;
}

function base64Problem(text: string): string | undefined {
  const clean = text.replaceAll(/[\r\n]/g, "");
  const bad = clean.search(/[^A-Za-z0-9+/]/);
  const isPadding = bad >= 0 && /^={1,2}$/.test(clean.slice(bad)) && clean.length % 4 === 0;
  if (bad >= 0 && !isPadding) return `illegal base64 data at input byte ${bad}`;
  return clean.length % 4 === 0 ? undefined : `illegal base64 data at input byte ${clean.length - clean.length % 4}`;
}
