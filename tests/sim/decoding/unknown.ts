import type { JsonObject } from "../../../src/sim/json.ts";
import { deployment } from "../patches/objects.ts";

/** A Deployment with slips of the pen. */
export function withUnknown(): JsonObject {
  // deno-lint-ignore no-explicit-any
  const object: any = deployment();
  object.spec.replcas = 2;
  object.spec.template.spec.Volumes = [];
  object.spec.template.spec.containers[1].imag = "x";
  object.spec.template.spec.containers[0].env[1].nam = "x";
  object.metadata.frob = { a: 1 };
  return object;
}

/** In the document's order. */
export const UNKNOWN = [
  "metadata.frob",
  "spec.template.spec.containers[0].env[1].nam",
  "spec.template.spec.containers[1].imag",
  "spec.template.spec.Volumes",
  "spec.replcas",
];
