import { type Document, LineCounter, parseAllDocuments } from "yaml";

/** One document of a YAML stream; counting of documents includes those that hold nothing. */
export interface YamlDocument {
  /** Where it begins, from 1. */
  readonly line: number;
  /** Plain values as JSON has them; undefined: nothing but comments, or it could not be read. */
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
}

export interface YamlProblem {
  readonly line: number;
  /** One line. */
  readonly message: string;
}

/** Reads YAML 1.2 with merge keys, and JSON with it; what is broken in one document leaves the others. */
export function yamlDocuments(text: string): YamlDocument[] {
  const lines = new LineCounter();
  const lineAt = (offset: number) => Math.max(lines.linePos(offset).line, 1);
  const documents: Document[] = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "error",
    schema: "core",
    merge: true,
  });
  return documents.map((document) => {
    const line = lineAt(document.range?.[0] ?? 0);
    // One problem a line: what follows on the same line is most often because of the first.
    const broken = new Map<number, YamlProblem>();
    for (const { message, pos } of [...document.errors, ...document.warnings]) {
      const at = lineAt(pos[0]);
      if (!broken.has(at)) broken.set(at, { line: at, message: message.split("\n")[0]! });
    }
    const problems = [...broken.values()];
    if (problems.length > 0) return { line, value: undefined, problems };
    const resolved = plain(document);
    return "value" in resolved
      ? { line, value: resolved.value ?? undefined, problems }
      : { line, value: undefined, problems: [{ line, message: resolved.why }] };
  });
}

/** Through JSON, so that an alias that holds itself is found here, and YAML's own types are gone. */
function plain(document: Document): { value: unknown } | { why: string } {
  const own = (_: string, value: unknown) => value instanceof Set || value instanceof Map ? "a !!tag" : value;
  try {
    return { value: JSON.parse(JSON.stringify(document.toJS(), own)) };
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0]! : String(error);
    return { why: `its aliases cannot be resolved: ${why}` };
  }
}
