/**
 * RFC 6902, as strict as the API server's library: a path whose parent is not there, or an operation
 * that finds nothing, throws. Written apart from what makes the patches, so that the two can disagree.
 */
export interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

type Container = Record<string, unknown> | unknown[];

/** The document that the operations make of `document`, which stays as it is. */
export function applyPatch(document: unknown, operations: readonly Operation[]): unknown {
  let patched: unknown = structuredClone(document);
  for (const operation of operations) patched = applyOne(patched, operation);
  return patched;
}

function applyOne(document: unknown, { op, path, value }: Operation): unknown {
  if (op !== "add" && op !== "remove" && op !== "replace") throw new Error(`Unknown operation: ${op}`);
  if (op !== "remove" && value === undefined) throw new Error(`${op} ${path}: no value`);
  const tokens = tokensOf(path);
  const last = tokens.pop();
  if (last === undefined) {
    if (op === "remove") throw new Error("Cannot remove the whole document");
    return structuredClone(value);
  }
  const parent = tokens.reduce<unknown>((node, token) => childOf(node, token, path), document);
  if (!isContainer(parent)) throw new Error(`${op} ${path}: the parent is not there`);
  if (Array.isArray(parent)) changeList(parent, { op, last, path, value: structuredClone(value) });
  else changeObject(parent, { op, last, path, value: structuredClone(value) });
  return document;
}

interface Change {
  readonly op: "add" | "remove" | "replace";
  readonly last: string;
  readonly path: string;
  readonly value: unknown;
}

function changeObject(parent: Record<string, unknown>, { op, last, path, value }: Change): void {
  if (op !== "add" && !Object.hasOwn(parent, last)) throw new Error(`${op} ${path}: nothing is there`);
  if (op === "remove") delete parent[last];
  else Object.defineProperty(parent, last, { value, enumerable: true, writable: true, configurable: true });
}

function changeList(parent: unknown[], { op, last, path, value }: Change): void {
  if (op === "add" && last === "-") {
    parent.push(value);
    return;
  }
  const index = indexOf(last, path);
  if (index > (op === "add" ? parent.length : parent.length - 1)) {
    throw new Error(`${op} ${path}: no such index`);
  }
  if (op === "add") parent.splice(index, 0, value);
  else if (op === "remove") parent.splice(index, 1);
  else parent[index] = value;
}

function tokensOf(path: string): string[] {
  if (path === "") return [];
  if (!path.startsWith("/")) throw new Error(`A pointer starts with "/": ${path}`);
  return path.slice(1).split("/").map((token) => {
    if (/~(?![01])/.test(token)) throw new Error(`Bad escape in the pointer: ${path}`);
    return token.replaceAll("~1", "/").replaceAll("~0", "~");
  });
}

function childOf(node: unknown, token: string, path: string): unknown {
  if (Array.isArray(node)) {
    const index = indexOf(token, path);
    if (index < node.length) return node[index];
  } else if (isContainer(node) && Object.hasOwn(node, token)) {
    return (node as Record<string, unknown>)[token];
  }
  throw new Error(`${path}: "${token}" is not there`);
}

function indexOf(token: string, path: string): number {
  if (!/^(?:0|[1-9]\d*)$/.test(token)) throw new Error(`${path}: "${token}" is no index`);
  return Number(token);
}

function isContainer(node: unknown): node is Container {
  return typeof node === "object" && node !== null;
}
