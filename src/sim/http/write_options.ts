import { type Cause, invalid } from "../api/failure.ts";
import { unsupported } from "../strategies/causes.ts";
import { textIn } from "./query.ts";

const VALIDATIONS = ["Ignore", "Strict", "Warn"] as const;

/** What becomes of fields that nobody knows. */
export type FieldValidation = typeof VALIDATIONS[number];

/** What a write asks for beside what it writes. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  /** As webhooks are shown them. */
  readonly options: object;
}

/** `verb`: as in `CreateOptions`. Throws `ApiFailure` where the query asks for what there is not. */
export function writeOptions(verb: "Create" | "Update" | "Patch", query: URLSearchParams): WriteOptions {
  const dryRun = query.getAll("dryRun");
  const fieldManager = textIn(query, "fieldManager");
  const asked = textIn(query, "fieldValidation");
  const fieldValidation = VALIDATIONS.find((each) => each === (asked ?? "Warn"));
  checkOptions(`${verb}Options`, [
    ...dryRunProblems(dryRun),
    ...fieldValidation ? [] : [unsupported("fieldValidation", { value: asked, among: ["", ...VALIDATIONS] })],
  ]);
  return {
    dryRun: dryRun.length > 0,
    fieldValidation: fieldValidation!,
    options: {
      // A patch ends in an update.
      kind: verb === "Create" ? "CreateOptions" : "UpdateOptions",
      apiVersion: "meta.k8s.io/v1",
      ...dryRun.length === 0 ? {} : { dryRun },
      ...fieldManager && { fieldManager },
      ...asked && { fieldValidation },
    },
  };
}

export function dryRunProblems(dryRun: readonly string[]): readonly Cause[] {
  return dryRun.every((text) => text === "All")
    ? []
    : [unsupported("dryRun", { value: dryRun, among: ["All"] })];
}

export function checkOptions(kind: string, causes: readonly Cause[]): void {
  if (causes.length > 0) throw invalid({ group: "meta.k8s.io", kind }, { name: "", causes });
}
