import type { Clock } from "../runtime/clock.ts";

/** Where a bearer token comes from. */
export interface TokenSource {
  get(): Promise<string>;
  /** The server refused it (401): the next `get` asks its origin again. */
  invalidate(): void;
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
  { path, what }: { path: string; what: string },
): TokenSource {
  return refreshingToken(clock, async () => {
    const token = (await readText(path)).trim();
    if (token === "") throw new Error(`Cannot use the ${what} file ${path}: it is empty`);
    return { token, staleAtMs: clock.now() + REREAD_MS };
  });
}

export function fileToken(deps: FileTextDeps, path: string): TokenSource {
  return fileText(deps, { path, what: "token" });
}
