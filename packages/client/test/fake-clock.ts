import type { Clock } from '../src/core/index.ts';

/** A clock that stands still until it is moved. Timers fire in the order of their time, then of their making. */
export class FakeClock implements Clock {
  #now = 0;
  #count = 0;
  readonly #timers = new Map<number, { at: number; run: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const id = this.#count++;
    this.#timers.set(id, { at: this.#now + Math.max(0, ms), run });
    return () => this.#timers.delete(id);
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Lets `ms` milliseconds pass, with all that falls due in them. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let due = this.#next(end); due !== undefined; due = this.#next(end)) {
      this.#timers.delete(due.id);
      this.#now = Math.max(this.#now, due.at);
      due.run();
    }
    this.#now = end;
  }

  /** Time passes without any timer being served, as on a sleeping machine; what fell due is served afterwards by `advance(0)`. */
  sleep(ms: number): void {
    this.#now += ms;
  }

  #next(end: number): { id: number; at: number; run: () => void } | undefined {
    let next: { id: number; at: number; run: () => void } | undefined;
    for (const [id, { at, run }] of this.#timers) {
      if (at <= end && (next === undefined || at < next.at)) next = { id, at, run };
    }
    return next;
  }
}
