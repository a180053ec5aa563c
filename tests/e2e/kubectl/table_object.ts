import type { Json } from "../../scenarios/support/json.ts";

/** An object for the tables: what is created, and the status that is written to it afterwards. */
export interface TableObject {
  readonly collection: string;
  readonly object: Json;
  readonly status?: Json;
  /** Deleted in the end, and held by a finalizer. */
  readonly isDeleted?: boolean;
}

/** Of a time before the start of the test. */
export function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

/** The containers of a pod that has two. */
export const TWO = { containers: [{ name: "a", image: "x" }, { name: "b", image: "x" }] };
