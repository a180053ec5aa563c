import type { Cause } from "../api/failure.ts";
import type { ApiObject, ObjectMeta, OwnerReference } from "../objects.ts";
import { forbidden, required, wrong } from "./causes.ts";
import { annotationProblems, type Form, formed, labelProblems, qualifiedName } from "./names.ts";

const STANDARD_FINALIZERS = ["kubernetes", "foregroundDeletion", "orphan"];

export interface MetadataRules {
  /** What names of the kind look like. */
  readonly name: Form;
  readonly before: ApiObject | undefined;
}

/** `ValidateObjectMeta` and `ValidateObjectMetaUpdate`. */
export function* metadataProblems(object: ApiObject, { name, before }: MetadataRules): Generator<Cause> {
  const { metadata } = object;
  if (metadata === before?.metadata) return;
  if (before === undefined) yield* nameProblems(metadata, name);
  yield* labelProblems("metadata.labels", metadata.labels);
  yield* annotationProblems("metadata.annotations", metadata.annotations);
  if (metadata.ownerReferences !== undefined) yield* ownerProblems(metadata.ownerReferences);
  if (metadata.finalizers !== undefined) yield* finalizerProblems(metadata.finalizers, before?.metadata);
}

function* nameProblems({ name, generateName }: ObjectMeta, form: Form): Generator<Cause> {
  if (generateName) {
    // Of a prefix a trailing dash is fine: something follows.
    for (const why of form(generateName.replace(/-$/, "a"))) {
      yield wrong("metadata.generateName", { value: generateName, why });
    }
  }
  if (!name) yield required("metadata.name", "name or generateName is required");
  else yield* formed("metadata.name", { text: name, form });
}

function* ownerProblems(owners: readonly OwnerReference[]): Generator<Cause> {
  const field = "metadata.ownerReferences";
  for (const owner of owners) {
    const { apiVersion, kind, name, uid } = owner;
    const empty = { value: "", why: "must not be empty" };
    if (!apiVersion) yield wrong(`${field}.apiVersion`, { value: "", why: "version must not be empty" });
    if (!kind) yield wrong(`${field}.kind`, empty);
    if (!name) yield wrong(`${field}.name`, empty);
    if (!uid) yield wrong(`${field}.uid`, empty);
    if (apiVersion === "v1" && kind === "Event") {
      yield wrong(field, { value: owner, why: "/v1, Kind=Event is disallowed from being an owner" });
    }
  }
  const [first, second] = owners.filter(({ controller }) => controller === true);
  if (second === undefined) return;
  const why = "Only one reference can have Controller set to true. " +
    `Found "true" in references for ${first!.kind}/${first!.name} and ${second.kind}/${second.name}`;
  yield wrong(field, { value: owners, why });
}

function* finalizerProblems(finalizers: readonly string[], before: ObjectMeta | undefined): Generator<Cause> {
  const field = "metadata.finalizers";
  for (const text of finalizers) yield* formed(field, { text, form: qualifiedName });
  for (const [i, text] of finalizers.entries()) {
    if (!isFinalizer(text)) yield unqualified(`${field}[${i}]`, text);
  }
  if (before?.deletionTimestamp === undefined) return;
  const added = finalizers.filter((each) => !before.finalizers?.includes(each));
  if (added.length === 0) return;
  const list = added.map((each) => JSON.stringify(each)).join(", ");
  const why = "no new finalizers can be added if the object is being deleted, found new finalizers " +
    `[]string{${list}}`;
  yield forbidden(field, why);
}

export function isFinalizer(text: string): boolean {
  return text.includes("/") || STANDARD_FINALIZERS.includes(text);
}

export function unqualified(field: string, value: string): Cause {
  return wrong(field, { value, why: "name is neither a standard finalizer name nor is it fully qualified" });
}
