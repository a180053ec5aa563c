import type { Clock } from "../runtime/clock.ts";

/** Where a bearer token comes from. */
export interface TokenSource {
  get(): Promise<string>;
  /** The server refused it (401): the next `get` asks its origin again. */
  invalidate(): void;
}

/** What RFC 6750 lets a bearer token be made of; a header's own error would show the whole of it. */
const BEARER = /^[\x21-\x7e]+$/;

/** The token, if it is one; `origin` says where it came from, since it may not be shown. */
export function bearerToken(token: unknown, origin: string): string {
  if (typeof token !== "string" || token === "") throw new Error(`Cannot use ${origin}: it holds no token`);
  if (!BEARER.test(token)) {
    throw new Error(`Cannot use ${origin}: a token has no spaces, control characters or letters beyond ASCII`);
  }
  return token;
}

export function staticToken(token: string): TokenSource {
  return { get: () => Promise.resolve(token), invalidate: () => {} };
}

/** A token with the moment from which it has to be asked for again; undefined: never. */
export interface FreshToken {
  readonly token: string;
  readonly staleAtMs: number | undefined;
}

/** Asks `load` when there is no token, or when it is stale; one call at a time. */
export function refreshingToken(clock: Clock, load: () => Promise<FreshToken>): TokenSource {
  let current: FreshToken | undefined;
  let loading: Promise<FreshToken> | undefined;
  let isInvalid = false;
  const isFresh = () =>
    current !== undefined && !isInvalid && (current.staleAtMs === undefined || clock.now() < current.staleAtMs);
  return {
    async get() {
      if (isFresh()) return current!.token;
      loading ??= load().finally(() => loading = undefined);
      try {
        current = await loading;
        isInvalid = false;
      } catch (error) {
        // The last good token may still be good: a file is empty for a moment while it is rotated.
        if (current === undefined) throw error;
      }
      return current.token;
    },
    invalidate() {
      isInvalid = true;
    },
  };
}

/** The kubelet rotates what is in these files well before it ends: reading them each minute is in time. */
const REREAD_MS = 60_000;

export interface FileTextDeps {
  readonly clock: Clock;
  readonly readText: (path: string) => Promise<string>;
}

/** The text of a file that is rotated; `what` is in it. */
export function fileText(
  { clock, readText }: FileTextDeps,
  { path, what, checked = (text) => text }: {
    path: string;
    what: string;
    checked?: (text: string, origin: string) => string;
  },
): TokenSource {
  const origin = `the ${what} file ${path.slice(0, 300)}`;
  return refreshingToken(clock, async () => {
    const text = (await readText(path)).trim();
    if (text === "") throw new Error(`Cannot use ${origin}: it is empty`);
    return { token: checked(text, origin), staleAtMs: clock.now() + REREAD_MS };
  });
}

export function fileToken(deps: FileTextDeps, path: string): TokenSource {
  return fileText(deps, { path, what: "token", checked: bearerToken });
}
