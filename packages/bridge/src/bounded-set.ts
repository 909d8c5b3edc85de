/** Remembers the newest `limit` values and forgets the oldest. */
export class BoundedSet<T> {
  readonly #values = new Set<T>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds a value, or makes it the newest; the value forgotten for it, if any. */
  add(value: T): T | undefined {
    this.#values.delete(value);
    this.#values.add(value);
    if (this.#values.size <= this.#limit) return undefined;
    const [oldest] = this.#values;
    if (oldest !== undefined) this.#values.delete(oldest);
    return oldest;
  }

  has(value: T): boolean {
    return this.#values.has(value);
  }

  delete(value: T): void {
    this.#values.delete(value);
  }
}
