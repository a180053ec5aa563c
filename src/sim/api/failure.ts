import { qualified, type ResourceType } from "../resources.ts";

export interface Cause {
  readonly reason?: string;
  readonly message: string;
  readonly field?: string;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface StatusBody {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: { readonly continue?: string };
  readonly status: "Failure" | "Success";
  readonly message?: string;
  readonly reason?: string;
  readonly details?: object;
  readonly code?: number;
}

interface FailureOptions {
  readonly code: number;
  /** Empty: none, as with some answers of the API server. */
  readonly reason: string;
  readonly message: string;
  readonly details?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a list that cannot be read on: where a new one can go on. */
  readonly continueToken?: string;
}

/** A request that the API server refuses, with the answer that it gives. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly code: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: StatusBody;

  constructor({ code, reason, message, details, headers = {}, continueToken }: FailureOptions) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.headers = headers;
    this.body = {
      kind: "Status",
      apiVersion: "v1",
      metadata: continueToken === undefined ? {} : { continue: continueToken },
      status: "Failure",
      message,
      ...reason === "" ? {} : { reason },
      ...details === undefined ? {} : { details },
      code,
    };
  }
}

type Named = Pick<ResourceType, "group" | "plural">;

/** What the details of an answer name; what is empty is left out. */
function about(names: { name: string; group: string; kind: string }): object {
  return Object.fromEntries(Object.entries(names).filter(([, text]) => text !== ""));
}

function aboutObject({ group, plural }: Named, name: string): object {
  return about({ name, group, kind: plural });
}

export function notFound(type: Named, name: string): ApiFailure {
  const message = `${qualified(type)} "${name}" not found`;
  return new ApiFailure({ code: 404, reason: "NotFound", message, details: aboutObject(type, name) });
}

export function alreadyExists(type: Named, name: string, { isGoing = false } = {}): ApiFailure {
  const message = `${isGoing ? "object is being deleted: " : ""}${qualified(type)} "${name}" already exists`;
  return new ApiFailure({ code: 409, reason: "AlreadyExists", message, details: aboutObject(type, name) });
}

export function conflict(type: Named, { name, why }: { name: string; why: string }): ApiFailure {
  const message = `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${why}`;
  return new ApiFailure({ code: 409, reason: "Conflict", message, details: aboutObject(type, name) });
}

/** A write that is based on another version than the current one. */
export function modified(type: Named, name: string): ApiFailure {
  const why = "the object has been modified; please apply your changes to the latest version and try again";
  return conflict(type, { name, why });
}

/** A write that is about another object of this name. */
export function anotherUid(
  type: Named,
  name: string,
  { asked, found }: { asked: string; found: string },
): ApiFailure {
  const why = `Precondition failed: UID in precondition: ${asked}, UID in object meta: ${found}`;
  return conflict(type, { name, why });
}

/** `kind`: as in the object itself, such as `Deployment`. */
export function invalid(
  { group, kind }: { group: string; kind: string },
  { name, causes }: { name: string; causes: readonly Cause[] },
): ApiFailure {
  const messages = causes.map(({ field, message }) => field === undefined ? message : `${field}: ${message}`);
  const why = messages.length === 1 ? messages[0]! : `[${messages.join(", ")}]`;
  const message = `${qualified({ group, plural: kind })} "${name}" is invalid: ${why}`;
  return new ApiFailure({
    code: 422,
    reason: "Invalid",
    message,
    details: { ...about({ name, group, kind }), causes },
  });
}

export function badRequest(message: string): ApiFailure {
  return new ApiFailure({ code: 400, reason: "BadRequest", message });
}

export function forbidden(
  type: Named,
  { name, why, causes }: { name: string; why: string; causes?: readonly Cause[] },
): ApiFailure {
  const details = { ...aboutObject(type, name), ...causes === undefined ? {} : { causes } };
  const message = `${qualified(type)} "${name}" is forbidden: ${why}`;
  return new ApiFailure({ code: 403, reason: "Forbidden", message, details });
}

/** What the API server does not expect, and answers as an error of its own. */
export function serverError(message: string): ApiFailure {
  return new ApiFailure({ code: 500, reason: "", message });
}

export function internalError(why: string): ApiFailure {
  const message = `Internal error occurred: ${why}`;
  return new ApiFailure({
    code: 500,
    reason: "InternalError",
    message,
    details: { causes: [{ message: why }] },
  });
}

/** Of a version that is no longer known. */
export function expired(message: string, options: { continueToken?: string } = {}): ApiFailure {
  return new ApiFailure({ code: 410, reason: "Expired", message, ...options });
}

export const SUCCESS: StatusBody = {
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Success",
  code: 201,
};
