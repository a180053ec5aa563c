/** The object with what it lacks; the object itself, where it lacks nothing. */
export function withDefaults<T extends object>(object: T, defaults: Partial<T>): T {
  let result: T | undefined;
  for (const key in defaults) {
    if (object[key] !== undefined) continue;
    result ??= { ...object };
    result[key] = defaults[key]!;
  }
  return result ?? object;
}

/** The list with each item changed; the list itself, where none is. */
export function mapped<T>(list: readonly T[], change: (item: T) => T): readonly T[] {
  let isSame = true;
  const result = list.map((item) => {
    const each = change(item);
    if (each !== item) isSame = false;
    return each;
  });
  return isSame ? list : result;
}

/** The object with these fields; the object itself, where it has them already. */
export function withFields<T extends object>(object: T, fields: Partial<T>): T {
  for (const key in fields) if (fields[key] !== object[key]) return { ...object, ...fields };
  return object;
}
