import { isEqual } from "../equality.ts";
import { isJsonObject, type Json, type JsonObject, own, withField, withoutField } from "../json.ts";
import { cannotDecode, PatchError, rejected } from "./patch_error.ts";

/** A change of what is at `key` in a parent. */
type Change = (parent: Json[] | JsonObject, key: string) => Json[] | JsonObject;

/**
 * RFC 6902 as the API server's library has it, which is looser than the standard: `replace` and `copy`
 * take a field that is not there for null, a negative index counts from the end, and the text in front of
 * a pointer's first slash is ignored. The document stays as it is; parts that do not change are shared.
 * Throws a PatchError.
 * https://github.com/evanphx/json-patch/tree/v4.13.0
 */
export function applyJsonPatch(document: Json, operations: Json): Json {
  return decoded(operations).reduce(applyOperation, document);
}

function decoded(operations: Json): JsonObject[] {
  if (operations === null) return [];
  const refused = (value: Json, into: string) =>
    new PatchError(400, `error decoding patch: ${cannotDecode(value, into)}`);
  if (!Array.isArray(operations)) throw refused(operations, "[]handlers.jsonPatchOp");
  return operations.map((operation) => {
    if (operation === null) return {};
    if (!isJsonObject(operation)) throw refused(operation, "handlers.jsonPatchOp");
    return operation;
  });
}

function applyOperation(document: Json, operation: JsonObject): Json {
  const value = own(operation, "value") ?? null;
  switch (own(operation, "op")) {
    case "add":
      return changed(document, pathOf(operation), adding(value));
    case "remove":
      return changed(document, pathOf(operation), removing);
    case "replace":
      return replaced(document, pathOf(operation), value);
    case "move": {
      const from = pathOf(operation, "from");
      return changed(changed(document, from, removing), pathOf(operation), adding(valueAt(document, from)));
    }
    case "copy":
      return changed(document, pathOf(operation), adding(valueAt(document, pathOf(operation, "from"))));
    case "test": {
      const path = pathOf(operation);
      const found = path === "" ? document : valueAt(document, path);
      if (!isEqual(found, value)) throw rejected(`testing value ${path} failed`);
      return document;
    }
    default:
      throw rejected(`unexpected kind: ${JSON.stringify(own(operation, "op"))}`);
  }
}

function pathOf(operation: JsonObject, field: "path" | "from" = "path"): string {
  const path = own(operation, field);
  if (typeof path !== "string") throw rejected(`operation missing ${field} field`);
  return path;
}

function adding(value: Json): Change {
  return (parent, key) => {
    if (!Array.isArray(parent)) return withField(parent, key, value);
    return parent.toSpliced(key === "-" ? parent.length : indexOf(key, parent.length + 1), 0, value);
  };
}

function removing(parent: Json[] | JsonObject, key: string): Json[] | JsonObject {
  if (Array.isArray(parent)) return parent.toSpliced(indexOf(key, parent.length), 1);
  if (!Object.hasOwn(parent, key)) throw rejected(`unable to remove nonexistent key: ${key}`);
  return withoutField(parent, key);
}

function replaced(document: Json, path: string, value: Json): Json {
  if (path !== "") {
    return changed(
      document,
      path,
      (parent, key) =>
        Array.isArray(parent) ? parent.with(indexOf(key, parent.length), value) : withField(parent, key, value),
    );
  }
  if (typeof value !== "object" || value === null) {
    throw rejected("replace operation value must be object or array");
  }
  return value;
}

/** The document with one parent changed, and the way down to it copied. */
function changed(document: Json, path: string, change: Change): Json {
  const tokens = tokensOf(path);
  const descend = (node: Json, depth: number): Json => {
    if (!isContainer(node)) throw rejected(`doc is missing path: ${path}`);
    const token = tokens[depth]!;
    if (depth === tokens.length - 1) return change(node, token);
    const child = descend(childOf(node, token), depth + 1);
    return Array.isArray(node) ? node.with(indexOf(token, node.length), child) : withField(node, token, child);
  };
  return descend(document, 0);
}

function valueAt(document: Json, path: string): Json {
  return tokensOf(path).reduce((node, token) => {
    if (!isContainer(node)) throw rejected(`doc is missing path: ${path}`);
    return childOf(node, token);
  }, document);
}

/** Null where an object has no such field. */
function childOf(node: Json[] | JsonObject, token: string): Json {
  return Array.isArray(node) ? node[indexOf(token, node.length)]! : own(node, token) ?? null;
}

function isContainer(node: Json): node is Json[] | JsonObject {
  return Array.isArray(node) || isJsonObject(node);
}

function tokensOf(path: string): string[] {
  const [, ...tokens] = path.split("/");
  if (tokens.length === 0) throw rejected(`doc is missing path: ${path}`);
  return tokens.map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function indexOf(token: string, length: number): number {
  if (!/^[+-]?\d+$/.test(token)) throw rejected(`value was not a proper array index: ${token}`);
  const index = Number(token) < 0 ? Number(token) + length : Number(token);
  if (index < 0 || index >= length) throw rejected(`invalid index referenced: ${token}`);
  return index;
}
