import type * as z from "zod";

export type Path = readonly PropertyKey[];

/** What is wrong with a value inside a document. */
export interface PathProblem {
  readonly path: Path;
  /** Goes on after the path and its value, such as `has to be an integer from 1`. */
  readonly message: string;
}

/** The way the API server writes it: `spec.containers[0].image`, `metadata.labels["a.b/c"]`. */
export function pathText(path: Path): string {
  return path.map((key, i) => {
    if (typeof key === "number") return `[${key}]`;
    const text = String(key);
    return /^[A-Za-z_$][\w$]*$/.test(text) ? `${i > 0 ? "." : ""}${text}` : `[${JSON.stringify(cut(text))}]`;
  }).join("");
}

/** What a schema found, one problem a wrong key. */
export function problemsOfIssues(issues: readonly z.core.$ZodIssue[]): PathProblem[] {
  return issues.flatMap((issue): PathProblem[] => {
    if (issue.code !== "unrecognized_keys") return [{ path: issue.path, message: issue.message }];
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: `is no key; ${issue.message}` }));
  });
}

/**
 * `nodeGroups[0].nodes is -1, has to be …`, in one line. The path leads through `root`, which is at
 * `under` of the document.
 */
export function describePathProblem(
  { path, message }: PathProblem,
  { root, under = [] }: { root: unknown; under?: Path },
): string {
  const name = pathText([...under, ...path]);
  if (name === "") return message;
  if (message.startsWith("is no ")) return `${name} ${message}`;
  const value = valueAtPath(root, path);
  const state = value === undefined ? "is missing" : `is ${cut(JSON.stringify(value))}`;
  return `${name} ${state}, ${message}`;
}

function valueAtPath(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    value = typeof value === "object" && value !== null && Object.hasOwn(value, key)
      ? (value as Record<PropertyKey, unknown>)[key]
      : undefined;
  }
  return value;
}

function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80).toWellFormed()}…` : text;
}
