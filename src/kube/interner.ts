/**
 * Shares equal strings and label sets between cached objects: a parser makes a new copy of every one.
 * Strings that nobody holds any more are forgotten when the table is full.
 */
export class Interner {
  readonly #texts = new Map<string, string>();
  readonly #records = new Map<string, Readonly<Record<string, string>>>();
  readonly #capacity: number;

  constructor({ capacity = 20_000 }: { capacity?: number } = {}) {
    this.#capacity = capacity;
  }

  text(value: string): string {
    const known = this.#texts.get(value);
    if (known !== undefined) return known;
    if (this.#texts.size >= this.#capacity) this.#texts.clear();
    this.#texts.set(value, value);
    return value;
  }

  record(value: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
    const key = JSON.stringify(value ?? {});
    const known = this.#records.get(key);
    if (known !== undefined) return known;
    if (this.#records.size >= this.#capacity) this.#records.clear();
    const shared = Object.freeze({ ...value });
    this.#records.set(key, shared);
    return shared;
  }
}
