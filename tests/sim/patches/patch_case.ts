import type { Json, JsonObject } from "../../../src/sim/json.ts";

/** A patch that the API server refuses, with what it answers. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
}

/** `tests/e2e/kubectl/patches_test.ts` holds a real API server against each of these. */
export interface PatchCase {
  readonly does: string;
  readonly on: () => JsonObject;
  readonly patch: Json;
  /** Changes the object, which is a copy, into what is expected of the patch; or what is answered. */
  // deno-lint-ignore no-explicit-any
  readonly gives: ((object: any) => void) | Refusal;
}
