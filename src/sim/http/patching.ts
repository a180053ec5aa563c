import { ApiFailure, badRequest, invalid } from "../api/failure.ts";
import { decode } from "../decoding/decode.ts";
import type { KindRef } from "../decoding/field_types.ts";
import type { Json, JsonObject } from "../json.ts";
import { applyJsonPatch } from "../patches/json_patch.ts";
import { applyMergePatch } from "../patches/merge_patch.ts";
import { goFormat, PatchError } from "../patches/patch_error.ts";
import { applyStrategicMergePatch } from "../patches/strategic_merge_patch.ts";
import { checkUnknown, contentTypeOf } from "./bodies.ts";
import { type Call, kindOf } from "./request.ts";
import type { FieldValidation } from "./write_options.ts";

type Apply = (document: Json, patch: Json, kind: KindRef) => Json;

const APPLY: Readonly<Record<string, Apply>> = {
  "application/json-patch+json": applyJsonPatch,
  "application/merge-patch+json": applyMergePatch,
  "application/strategic-merge-patch+json": applyStrategicMergePatch,
};

/** A patch that has been read; what it makes of a document is an object of the kind that belongs there. */
export type Patch = (document: object) => JsonObject;

/** Throws `ApiFailure`: so does the patch, where it cannot be applied. */
export async function readPatch(
  { target, request, warn }: Call,
  { fieldValidation }: { readonly fieldValidation: FieldValidation },
): Promise<Patch> {
  const apply = APPLY[contentTypeOf(request)];
  if (apply === undefined) throw unsupported();
  const kind = kindOf(target);
  const text = await request.body();
  return (document) => {
    const patch = parsed(text);
    const patched = applied(apply, { document: document as JsonObject, patch, kind });
    const { object, problem, unknown } = decode(patched, kind, document);
    const refused = (why: string) =>
      unreadable(apply === applyStrategicMergePatch ? goFormat(patch) : JSON.stringify(patched), why);
    if (problem !== undefined) throw refused(problem);
    checkUnknown(unknown, { fieldValidation, warn, refused });
    return object;
  };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badRequest(`error decoding patch: ${error.message}`);
  }
}

const REASONS = { 400: "BadRequest", 422: "Invalid", 500: "" };

function applied(
  apply: Apply,
  { document, patch, kind }: { document: JsonObject; patch: Json; kind: KindRef },
): JsonObject {
  try {
    return apply(document, patch, kind) as JsonObject;
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    const { code, message } = error;
    throw new ApiFailure({ code, reason: REASONS[code], message, ...code === 422 ? { details: {} } : {} });
  }
}

/** Of a patch that leaves no object of the kind. */
function unreadable(shown: string, why: string): ApiFailure {
  const message = `Invalid value: ${JSON.stringify(shown)}: ${why}`;
  const causes = [{ reason: "FieldValueInvalid", message, field: "patch" }];
  return invalid({ group: "", kind: "" }, { name: "", causes });
}

function unsupported(): ApiFailure {
  const message = "415: Unsupported Media Type";
  return new ApiFailure({ code: 415, reason: "UnsupportedMediaType", message, details: {} });
}
