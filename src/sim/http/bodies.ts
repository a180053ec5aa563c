import { ApiFailure, badRequest } from "../api/failure.ts";
import { cannotHandle, decode } from "../decoding/decode.ts";
import type { KindRef } from "../decoding/field_types.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import { type ApiRequest, type Call, kindOf } from "./request.ts";
import type { FieldValidation } from "./write_options.ts";

/** The body of a write: an object of the kind that belongs there, as far as that kind knows it. */
export async function readBody(
  { target, request, warn }: Call,
  { fieldValidation }: { readonly fieldValidation: FieldValidation },
): Promise<JsonObject> {
  const expected = kindOf(target);
  checkContentType(request);
  const body = parseBody(await request.body(), expected);
  const { object, problem, unknown } = decode(body, expected);
  const refused = (why: string) => badRequest(cannotHandle(body, expected, why));
  if (problem !== undefined) throw refused(problem);
  checkUnknown(unknown, { fieldValidation, warn, refused });
  return object;
}

function checkContentType(request: ApiRequest): void {
  if (["", "application/json"].includes(contentTypeOf(request))) return;
  const message =
    "the body of the request was in an unknown format - accepted media types include: application/json";
  throw new ApiFailure({ code: 415, reason: "UnsupportedMediaType", message });
}

/** Without parameters such as `charset`. */
export function contentTypeOf(request: ApiRequest): string {
  return (request.header("content-type") ?? "").split(";")[0]!.trim();
}

export function parseBody(text: string, { kind }: KindRef): JsonObject {
  const refused = (why: string) =>
    badRequest(
      `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${why}`,
    );
  if (text === "") throw refused("unexpected end of JSON input");
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refused(error.message);
  }
  if (!isJsonObject(body)) throw refused("it is no object");
  return body;
}

/** What becomes of fields that a kind does not have: they are dropped in silence, warned of, or refused. */
export function checkUnknown(
  paths: readonly string[],
  { fieldValidation, warn, refused }: {
    readonly fieldValidation: FieldValidation;
    readonly warn: (text: string) => void;
    readonly refused: (why: string) => ApiFailure;
  },
): void {
  if (paths.length === 0 || fieldValidation === "Ignore") return;
  const problems = paths.map((path) => `unknown field ${JSON.stringify(path)}`);
  if (fieldValidation === "Strict") throw refused(`strict decoding error: ${problems.join(", ")}`);
  for (const problem of problems) warn(problem);
}
