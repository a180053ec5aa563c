import type { Random } from "../../runtime/random.ts";
import { isEqual } from "../equality.ts";
import { type ApiObject, type ObjectMeta, timestamp } from "../objects.ts";
import { apiVersionOf, type ResourceType } from "../resources.ts";
import type { Cause } from "./failure.ts";

/** Letters and digits of which the API makes names: no vowels, so no words. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX = 5;
/** A generated name keeps so much of its base. */
const LONGEST_BASE = 63 - SUFFIX;

export function generateName(base: string, random: Random): string {
  let suffix = "";
  for (let i = 0; i < SUFFIX; i++) suffix += ALPHABET[Math.floor(random() * ALPHABET.length)];
  return base.slice(0, LONGEST_BASE) + suffix;
}

/** Version 4, made of the clusters's own randomness. */
export function generateUid(random: Random): string {
  let hex = "";
  for (let i = 0; i < 4; i++) hex += Math.floor(random() * 0x100000000).toString(16).padStart(8, "0");
  const variant = "89ab"[Math.floor(random() * 4)];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${
    hex.slice(20)
  }`;
}

/**
 * Of a new object: what the server alone decides takes the place of whatever the client said. It has no
 * version until it is stored.
 */
export function createdMetadata(
  type: ResourceType,
  { object, namespace, uid, wallMs }: {
    object: ApiObject;
    namespace: string | undefined;
    uid: string;
    wallMs: number;
  },
): ObjectMeta {
  const {
    deletionTimestamp: _,
    deletionGracePeriodSeconds: __,
    resourceVersion: ___,
    ...given
  } = object.metadata;
  return {
    ...given,
    ...namespace === undefined ? {} : { namespace },
    uid,
    creationTimestamp: timestamp(wallMs),
    ...type.hasGeneration ? { generation: 1 } : {},
  } as ObjectMeta;
}

/** Of an object that takes the place of another: who it is stays. */
export function updatedMetadata(before: ApiObject, after: ApiObject): ObjectMeta {
  const { name, uid, namespace, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation } =
    before.metadata;
  return withoutUndefined({
    ...after.metadata,
    name,
    namespace,
    uid,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    resourceVersion: before.metadata.resourceVersion,
    generation,
    generateName: before.metadata.generateName,
  }) as ObjectMeta;
}

/** The object with its generation raised, where it asks for something else than the one before. */
export function counted<T extends ApiObject>(
  before: ApiObject,
  after: T,
  { countsAnnotations = false }: { readonly countsAnnotations?: boolean },
): T {
  const { metadata: { annotations: was, generation = 0 }, status: _, ...asked } = before;
  const { metadata: { annotations: is }, status: __, ...asks } = after;
  if (isEqual(asked, asks) && !(countsAnnotations && !isEqual(was, is))) return after;
  return { ...after, metadata: { ...after.metadata, generation: generation + 1 } };
}

const FIXED = ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] as const;

/** What an update says of itself that only the server says (`ValidateObjectMetaUpdate`); it may say nothing. */
export function fixedProblems(
  { metadata: before }: ApiObject,
  { metadata: after }: ApiObject,
): readonly Cause[] {
  if (before === after) return [];
  const changed = FIXED.filter((field) => after[field] && after[field] !== before[field]);
  // When a deletion ends it cannot say either, but that is passed over.
  const wrong = changed.filter((field) =>
    field !== "deletionTimestamp" || before.deletionTimestamp === undefined
  );
  return wrong.map((field) => ({
    reason: "FieldValueInvalid",
    message: `Invalid value: ${JSON.stringify(after[field])}: field is immutable`,
    field: `metadata.${field}`,
  }));
}

/** The object in the order in which the API server writes it, under its own kind. */
export function shaped(type: ResourceType, object: ApiObject): ApiObject {
  const { apiVersion: _, kind: __, metadata, ...rest } = object;
  return { kind: type.kind, apiVersion: apiVersionOf(type), metadata, ...rest };
}

export function withoutUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
