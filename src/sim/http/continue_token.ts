/** Where a list goes on. */
export interface Place {
  /** Whose moment it shows; undefined: the current one's. */
  readonly revision?: number;
  /** The first key that is not yet told of. */
  readonly start: string;
}

const VERSION = "meta.k8s.io/v1";

export function continueToken({ revision, start }: Place): string {
  const bytes = new TextEncoder().encode(JSON.stringify({ v: VERSION, rv: revision ?? -1, start }));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Undefined: it is no token. */
export function placeIn(token: string): Place | undefined {
  try {
    const binary = atob(token.replaceAll("-", "+").replaceAll("_", "/"));
    const text = new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
    const { v, rv, start } = JSON.parse(text) as { v?: unknown; rv?: unknown; start?: unknown };
    if (v !== VERSION || typeof rv !== "number" || typeof start !== "string") return undefined;
    return rv < 0 ? { start } : { revision: rv, start };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof DOMException) return undefined;
    throw error;
  }
}
