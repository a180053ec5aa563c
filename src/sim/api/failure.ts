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
  readonly metadata: Record<string, never>;
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
}

/** A request that the API server refuses, with the answer that it gives. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly code: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly #details: object | undefined;

  constructor({ code, reason, message, details, headers = {} }: FailureOptions) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.headers = headers;
    this.#details = details;
  }

  get body(): StatusBody {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      ...(this.reason === "" ? {} : { reason: this.reason }),
      ...(this.#details === undefined ? {} : { details: this.#details }),
      code: this.code,
    };
  }
}

/** What the details of an answer about one object name. */
function about(type: ResourceType, name: string): { name: string; group?: string; kind: string } {
  return { name, ...(type.group === "" ? {} : { group: type.group }), kind: type.plural };
}

export function notFound(type: ResourceType, name: string): ApiFailure {
  const message = `${qualified(type)} "${name}" not found`;
  return new ApiFailure({ code: 404, reason: "NotFound", message, details: about(type, name) });
}

export function alreadyExists(type: ResourceType, name: string): ApiFailure {
  const message = `${qualified(type)} "${name}" already exists`;
  return new ApiFailure({ code: 409, reason: "AlreadyExists", message, details: about(type, name) });
}

export function conflict(type: ResourceType, { name, why }: { name: string; why: string }): ApiFailure {
  const message = `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${why}`;
  return new ApiFailure({ code: 409, reason: "Conflict", message, details: about(type, name) });
}

export const MODIFIED = "the object has been modified; please apply your changes to the latest version and try again";

/** `kind`: as in the object itself, such as `Deployment`. */
export function invalid(
  type: ResourceType,
  { name, causes }: { name: string; causes: readonly Cause[] },
): ApiFailure {
  const messages = causes.map(({ field, message }) => field === undefined ? message : `${field}: ${message}`);
  const why = messages.length === 1 ? messages[0]! : `[${messages.join(", ")}]`;
  const kind = type.group === "" ? type.kind : `${type.kind}.${type.group}`;
  return new ApiFailure({
    code: 422,
    reason: "Invalid",
    message: `${kind} "${name}" is invalid: ${why}`,
    details: { ...about(type, name), kind: type.kind, causes },
  });
}

export function badRequest(message: string): ApiFailure {
  return new ApiFailure({ code: 400, reason: "BadRequest", message });
}

export function forbidden(
  type: ResourceType,
  { name, why, causes }: { name: string; why: string; causes?: readonly Cause[] },
): ApiFailure {
  const details = { ...about(type, name), ...(causes === undefined ? {} : { causes }) };
  const message = `${qualified(type)} "${name}" is forbidden: ${why}`;
  return new ApiFailure({ code: 403, reason: "Forbidden", message, details });
}

/** Of a version that is no longer known. */
export function expired(message: string): ApiFailure {
  return new ApiFailure({ code: 410, reason: "Expired", message });
}
