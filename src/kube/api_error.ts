/**
 * An answer of the API server that is no success, or the ERROR event of a watch: a `Status`
 * (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/).
 */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** The HTTP status. */
  readonly code: number;
  /** Such as `NotFound` or `Conflict`; empty where the server gave none. */
  readonly reason: string;
  /** `details.causes[].reason`, such as `DisruptionBudget`. */
  readonly causes: readonly string[];
  /** What the server asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, fields: Omit<ApiError, "name" | "message" | "stack" | "cause">) {
    super(message);
    this.code = fields.code;
    this.reason = fields.reason;
    this.causes = fields.causes;
    this.retryAfterMs = fields.retryAfterMs;
  }
}

interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: { readonly causes?: readonly { readonly reason?: string }[]; retryAfterSeconds?: number };
}

export interface StatusContext {
  /** What was asked, such as `GET /api/v1/pods`. */
  readonly request: string;
  /** The HTTP status, where the body does not say it. */
  readonly code: number;
  /** The Retry-After header. */
  readonly retryAfter?: string | null;
}

/** Builds the error from a parsed body; anything that is no `Status` gives an error all the same. */
export function apiError(body: unknown, { request, code, retryAfter }: StatusContext): ApiError {
  const status: Status = typeof body === "object" && body !== null ? body : {};
  const own = status.code ?? code;
  const seconds = Number(retryAfter ?? status.details?.retryAfterSeconds ?? NaN);
  return new ApiError(`${request}: ${own} ${status.reason ?? ""}: ${status.message ?? "no message"}`, {
    code: own,
    reason: status.reason ?? "",
    causes: (status.details?.causes ?? []).flatMap((cause) => cause.reason ?? []),
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : undefined,
  });
}

export function isApiError(error: unknown, code?: number): error is ApiError {
  return error instanceof ApiError && (code === undefined || error.code === code);
}

/** The version that was asked for is no longer, or not yet, to be had: list again. */
export function isExpired(error: unknown): boolean {
  return isApiError(error, 410) || (isApiError(error) && error.reason === "Expired") ||
    (isApiError(error, 504) && error.causes.includes("ResourceVersionTooLarge"));
}
