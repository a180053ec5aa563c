import type { Json } from "../json.ts";

export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "date";
  /** `name`: the column that names the object. */
  readonly format: "" | "name";
  /** 1: for `-o wide` only. */
  readonly priority: 0 | 1;
}

export interface RowCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** How the API server shows the objects of a kind. */
// deno-lint-ignore no-explicit-any
export interface TableType<T = any> {
  readonly columns: readonly Column[];
  /** One for each column. `now`: epoch milliseconds. */
  readonly cells: (object: T, now: number) => Json[];
  readonly conditions?: (object: T) => RowCondition[];
}

export const NAME: Column = { name: "Name", type: "string", format: "name", priority: 0 };
export const AGE: Column = text("Age");

export function text(name: string): Column {
  return { name, type: "string", format: "", priority: 0 };
}

export function integer(name: string): Column {
  return { ...text(name), type: "integer" };
}

export function wide(name: string): Column {
  return { ...text(name), priority: 1 };
}
