import { isScalar, LineCounter, parseDocument, visit } from "yaml";
import { quote } from "../domain/quote.ts";

export type YamlResult = { readonly value: unknown } | { readonly problems: readonly string[] };

/** As much as a ConfigMap holds. */
const MOST_CHARACTERS = 1024 * 1024;

/**
 * One document of YAML 1.2, or JSON, as JSON would have it: without aliases, tags, or keys given twice. Its
 * time grows with the length of the text, whatever is in it.
 */
export function readYaml(text: string): YamlResult {
  if (text.length > MOST_CHARACTERS) return { problems: [`has more than ${MOST_CHARACTERS} characters`] };
  try {
    return read(text);
  } catch (error) {
    // Of the parser's own recursion, or of aliases that hold each other or make too much of themselves.
    if (error instanceof RangeError) return { problems: ["is nested too deeply"] };
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return { problems: [`its aliases cannot be resolved: ${why}`] };
  }
}

function read(text: string): YamlResult {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    logLevel: "error",
    schema: "core",
    lineCounter,
    // Both look through all of the text, or all other keys, each time.
    prettyErrors: false,
    uniqueKeys: false,
  });
  const at = (offset: number) => `line ${Math.max(1, lineCounter.linePos(offset).line)}`;
  const problems = [...document.errors, ...document.warnings].map(({ message, pos }) =>
    `${at(pos[0])}: ${cut(message.split("\n")[0]!)}`
  );
  if (problems.length > 0) return { problems: problems.slice(0, MOST_PROBLEMS) };
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) problems.push(`${at(key.range?.[0] ?? 0)}: the key ${quote(name)} is given twice`);
        seen.add(name);
      }
    },
  });
  if (problems.length > 0) return { problems: problems.slice(0, MOST_PROBLEMS) };
  return { value: plain(document.toJS({ maxAliasCount: MOST_ALIASES })) };
}

/** More of them say no more. */
const MOST_PROBLEMS = 20;
/** Each may repeat the whole file. */
const MOST_ALIASES = 20;

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** Through JSON, so that an alias that holds itself is found here; YAML's own types (!!set, !!omap) are no section. */
function plain(value: unknown): unknown {
  const own = (_: string, each: unknown) => each instanceof Set || each instanceof Map ? "a !!tag" : each;
  return JSON.parse(JSON.stringify(value, own) ?? "null");
}
