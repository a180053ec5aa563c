import { badRequest, type Cause, serverError } from "../api/failure.ts";
import type { ResourceType } from "../resources.ts";
import { forbidden, unsupported } from "../strategies/causes.ts";
import { flagIn, integerIn, textIn } from "./query.ts";
import { type Matches, selectorOf } from "./selectors.ts";
import { checkOptions } from "./write_options.ts";

/** What a list or a watch asks for. */
export interface ListOptions {
  /** What its selectors let through; undefined: everything. */
  readonly matches: Matches | undefined;
  /** Undefined: none; 0: any. */
  readonly version: number | undefined;
  readonly isExact: boolean;
  /** 0: all. */
  readonly limit: number;
  readonly continueToken: string | undefined;
  /** Of a watch. */
  readonly timeoutSeconds: number | undefined;
}

export interface WatchOptions extends ListOptions {
  readonly wantsBookmarks: boolean;
  /** Whether it begins with what there is. */
  readonly wantsInitial: boolean;
  /** Whether it is told when that was all. */
  readonly isToldOfInitial: boolean;
}

/** Throws `ApiFailure` where the query makes no sense. */
export function listOptions(type: ResourceType, query: URLSearchParams): ListOptions {
  checkOptions("ListOptions", [...listProblems(query)]);
  const options = commonOptions(type, query, (why) => badRequest(`invalid resource version: ${why}`));
  if (options.continueToken !== undefined && options.version) {
    throw badRequest("specifying resource version is not allowed when using continue");
  }
  return options;
}

export function watchOptions(type: ResourceType, query: URLSearchParams): WatchOptions {
  checkOptions("ListOptions", [...watchProblems(query)]);
  const options = commonOptions(type, query, serverError);
  const wantsBookmarks = flagIn(query, "allowWatchBookmarks") ?? false;
  const initial = flagIn(query, "sendInitialEvents");
  return {
    ...options,
    wantsBookmarks,
    wantsInitial: initial ?? !options.version,
    isToldOfInitial: initial === true && wantsBookmarks,
  };
}

function commonOptions(
  type: ResourceType,
  query: URLSearchParams,
  refused: (why: string) => Error,
): ListOptions {
  return {
    matches: selectorOf(type, query),
    version: versionIn(query, refused),
    isExact: textIn(query, "resourceVersionMatch") === "Exact",
    limit: Math.max(integerIn(query, "limit") ?? 0, 0),
    continueToken: textIn(query, "continue"),
    timeoutSeconds: integerIn(query, "timeoutSeconds"),
  };
}

function versionIn(query: URLSearchParams, refused: (why: string) => Error): number | undefined {
  const text = textIn(query, "resourceVersion");
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const given = JSON.stringify(text);
  throw refused(
    `resourceVersion: Invalid value: ${given}: strconv.ParseUint: parsing ${given}: invalid syntax`,
  );
}

const MATCH = "resourceVersionMatch";

/** `ValidateListOptions` (`apimachinery/pkg/apis/meta/internalversion/validation`). */
function* listProblems(query: URLSearchParams): Generator<Cause> {
  const match = textIn(query, MATCH);
  const version = textIn(query, "resourceVersion");
  if (match !== undefined) {
    if (version === undefined) {
      yield forbidden(MATCH, "resourceVersionMatch is forbidden unless resourceVersion is provided");
    }
    yield* continueProblems(query);
    if (!["Exact", "NotOlderThan"].includes(match)) {
      yield unsupported(MATCH, { value: match, among: ["Exact", "NotOlderThan", ""] });
    }
    if (match === "Exact" && version === "0") {
      yield forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
    }
  }
  if (flagIn(query, "sendInitialEvents") !== undefined) {
    yield forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
  }
}

function* watchProblems(query: URLSearchParams): Generator<Cause> {
  const match = textIn(query, MATCH);
  const isInitialSaid = flagIn(query, "sendInitialEvents") !== undefined;
  if (isInitialSaid && match !== "NotOlderThan") {
    yield forbidden(MATCH, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  }
  yield* continueProblems(query);
  if (match === undefined) return;
  if (!isInitialSaid) {
    yield forbidden(MATCH, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
  }
  if (match !== "NotOlderThan") yield unsupported(MATCH, { value: match, among: ["NotOlderThan"] });
}

function* continueProblems(query: URLSearchParams): Generator<Cause> {
  if (textIn(query, "continue") === undefined) return;
  yield forbidden(MATCH, "resourceVersionMatch is forbidden when continue is provided");
}
