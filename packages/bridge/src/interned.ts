/**
 * Keeps values that are equal once. What is alike in very many objects is then one value, which nobody may change. It remembers the `limit` values that came last:
 * of more than that it finds fewer again, but does not grow.
 */
export class Interned<T extends object> {
  readonly #limit: number;
  readonly #known = new Map<string, T>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The value that is equal to this one (as JSON, with its members in the same order): an earlier one, or else this one. */
  of(value: T): T {
    const key = JSON.stringify(value);
    const same = this.#known.get(key) ?? value;
    // Whoever was asked for last is the last to be forgotten.
    this.#known.delete(key);
    this.#known.set(key, same);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.#limit) break;
      this.#known.delete(oldest);
    }
    return same;
  }
}
