import type * as z from "zod";
import { named } from "../domain/quote.ts";
import { crossChecks, type Problem } from "./cross_checks.ts";
import { VARIABLES, variableValue } from "./environment.ts";
import { type Config, ConfigSchema } from "./schema.ts";
import { type ConfigTree, isTree, leaves, merge, treeOf, valueAt } from "./tree.ts";
import { readYaml } from "./yaml_file.ts";

export interface ConfigInput {
  /** The configuration file, if one is given. */
  readonly file?: { readonly path: string; readonly text: string } | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** Where a value came from: `default`, `file`, or the name of a variable. */
export type Sources = ReadonlyMap<string, string>;

export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly sources: Sources }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Defaults < file < environment. All problems are found, not only the first. */
export function loadConfig({ file, env }: ConfigInput): ConfigResult {
  const read = file === undefined ? { tree: {}, problems: [] } : readFile(file);
  const sources = new Map([...leaves(read.tree)].map(([path]) => [path, "file"]));
  let tree: ConfigTree = read.tree;
  for (const { name, path, form } of VARIABLES) {
    const text = env[name];
    if (text === undefined || text === "") continue;
    tree = merge(tree, treeOf(path, variableValue(form, text)));
    sources.set(path, name);
  }
  const parsed = ConfigSchema.safeParse(tree);
  const defaults = defaultTree();
  const found = [
    ...parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(issue, defaults)),
    ...crossChecks(merge(defaults, tree)),
  ];
  const described = found.map((problem) => describe(problem, { sources, tree }));
  const problems = shortList([...new Set([...read.problems, ...described])]);
  return parsed.success && problems.length === 0
    ? { ok: true, config: parsed.data, sources }
    : { ok: false, problems };
}

let knownDefaults: ConfigTree | undefined;

function defaultTree(): ConfigTree {
  return knownDefaults ??= JSON.parse(JSON.stringify(ConfigSchema.parse({}))) as ConfigTree;
}

function readFile({ path, text }: { path: string; text: string }): { tree: ConfigTree; problems: string[] } {
  const read = readYaml(text);
  const wrong = (why: readonly string[]) => ({ tree: {}, problems: why.map((each) => `${path}: ${each}`) });
  if ("problems" in read) return wrong(read.problems);
  if (read.value === null) return { tree: {}, problems: [] };
  return isTree(read.value) ? { tree: merge({}, read.value), problems: [] } : wrong(["has to hold a mapping"]);
}

function problemsOf(issue: z.core.$ZodIssue, defaults: ConfigTree): Problem[] {
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const known = path === "" ? defaults : valueAt(defaults, path);
    const allowed = isTree(known) && Object.keys(known).length > 0
      ? `; allowed are ${Object.keys(known).join(", ")}`
      : "";
    return issue.keys.map((key) => ({
      path: [path, key].filter((part) => part !== "").join("."),
      message: `is no key${allowed}`,
    }));
  }
  if (issue.code === "invalid_type" && issue.expected === "object") {
    return [{ path, message: "has to be a section (a mapping)" }];
  }
  return [{ path, message: issue.message }];
}

function describe(
  { path, message }: Problem,
  { sources, tree }: { sources: Sources; tree: ConfigTree },
): string {
  const source = sources.get(path);
  const shownPath = path.split(".").map(named).join(".");
  const name = source === undefined || source === "file" ? shownPath : `${source} (${shownPath})`;
  const value = valueAt(tree, path);
  const shown = value === undefined || message.startsWith("is no key")
    ? ""
    : ` is ${cut(JSON.stringify(value))},`;
  return `${name}${shown} ${message}`;
}

/** A file that is something else altogether has no end of them. */
const MOST_PROBLEMS = 100;

function shortList(problems: readonly string[]): string[] {
  const more = problems.length - MOST_PROBLEMS;
  return more <= 0 ? [...problems] : [...problems.slice(0, MOST_PROBLEMS), `and ${more} more problems`];
}

function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
