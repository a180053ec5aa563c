export interface KeptLimits<T> {
  readonly most: number;
  /** Of all that is kept, by `bytesOf`. */
  readonly mostBytes: number;
  readonly bytesOf: (answer: T) => number;
}

/** Answers by key, so that the same question gets the same answer; the oldest are forgotten. */
export class KeptAnswers<T> {
  readonly #limits: KeptLimits<T>;
  readonly #kept = new Map<string, { readonly answer: Promise<T>; bytes: number }>();
  #bytes = 0;

  constructor(limits: KeptLimits<T>) {
    this.#limits = limits;
  }

  once(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#kept.get(key);
    if (known !== undefined) return known.answer;
    const entry = { answer: make(), bytes: 0 };
    this.#kept.set(key, entry);
    if (this.#kept.size > this.#limits.most) this.#forgetOldest();
    return this.#weighed(key, entry);
  }

  async #weighed(key: string, entry: { readonly answer: Promise<T>; bytes: number }): Promise<T> {
    const answer = await entry.answer;
    if (this.#kept.get(key) !== entry) return answer;
    entry.bytes = this.#limits.bytesOf(answer);
    this.#bytes += entry.bytes;
    while (this.#bytes > this.#limits.mostBytes) this.#forgetOldest();
    return answer;
  }

  #forgetOldest(): void {
    const [[key, { bytes }]] = this.#kept as Iterable<[string, { bytes: number }]> as [
      [string, { bytes: number }],
    ];
    this.#kept.delete(key);
    this.#bytes -= bytes;
  }
}
