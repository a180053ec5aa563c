/** A patch that the API server refuses. */
export class PatchError extends Error {
  override readonly name = "PatchError";
  /** `invalid`: it is no patch; `failed`: it cannot be applied to this object. */
  readonly kind: "invalid" | "failed";
  /** What the API server answers: 400 BadRequest, 422 Invalid, or 500 without a reason. */
  readonly code: 400 | 422 | 500;

  constructor(code: 400 | 422 | 500, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.kind = code === 400 ? "invalid" : "failed";
  }
}

/** An operation that cannot be applied. The API server keeps to itself why; here it is the cause. */
export function rejected(why: string): PatchError {
  return new PatchError(422, "the server rejected our request due to an error in our request", {
    cause: new Error(why),
  });
}

/** How Go's decoder calls a kind of values. */
function jsonKind(value: unknown): string {
  return Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
}

/** How Go's decoder says that a value is not of the type that it decodes to. */
export function cannotDecode(value: unknown, into: string): string {
  return `json: cannot unmarshal ${jsonKind(value)} into Go value of type ${into}`;
}

/** A value as Go's `%v` writes it: `map[a:1 b:[x y]]`. */
export function goFormat(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goFormat).join(" ")}]`;
  if (typeof value !== "object") return String(value);
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return `map[${entries.map(([key, each]) => `${key}:${goFormat(each)}`).join(" ")}]`;
}
