/** A configuration as it is written: sections within sections. */
export interface ConfigTree {
  readonly [key: string]: unknown;
}

export function isTree(value: unknown): value is ConfigTree {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.getPrototypeOf(value) === Object.prototype;
}

export function valueAt(tree: ConfigTree, path: string): unknown {
  let value: unknown = tree;
  for (const key of path.split(".")) {
    value = isTree(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

/** `over` on top of `under`; an empty section of YAML (null) is no section. */
export function merge(under: ConfigTree, over: ConfigTree): ConfigTree {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    if (value === null) continue;
    const below = Object.hasOwn(under, key) ? under[key] : undefined;
    // What should be a section and is none stays, so that it is found to be wrong.
    if (isTree(value) && below !== undefined && !isTree(below)) continue;
    const own = isTree(value) ? merge(isTree(below) ? below : {}, value) : value;
    Object.defineProperty(merged, key, { value: own, enumerable: true, configurable: true, writable: true });
  }
  return merged;
}

export function treeOf(path: string, value: unknown): ConfigTree {
  return path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as ConfigTree;
}

/** Every value that is no section, by its path. */
export function* leaves(tree: ConfigTree, prefix = ""): Generator<readonly [path: string, value: unknown]> {
  for (const [key, value] of Object.entries(tree)) {
    if (isTree(value) && Object.keys(value).length > 0) yield* leaves(value, `${prefix}${key}.`);
    else yield [prefix + key, value];
  }
}
