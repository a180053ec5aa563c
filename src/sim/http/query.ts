import { badRequest } from "../api/failure.ts";

/** A parameter that is empty is none. */
export function textIn(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) || undefined;
}

export function integerIn(query: URLSearchParams, name: string): number | undefined {
  const text = textIn(query, name);
  if (text === undefined) return undefined;
  if (!/^[+-]?\d+$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}

/** What is there and says neither no nor nothing is a yes. */
export function flagIn(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  return text === null ? undefined : text !== "false" && text !== "0";
}
