import type { Clock } from './clock.ts';

/** Does the same work again and again, at once after a rest, and else at most every so many milliseconds: what is asked for meanwhile is done together. */
export class Paced {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #work: () => void;
  #last = -Infinity;
  #waiting: (() => void) | undefined;
  #closed = false;

  constructor(clock: Clock, everyMs: number, work: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#work = work;
  }

  /** The work begins after the caller's turn, who may be about to want more. */
  ask(): void {
    if (this.#closed || this.#waiting !== undefined) return;
    const wait = this.#last + this.#everyMs - this.#clock.now();
    if (wait > 0) {
      this.#waiting = this.#clock.after(wait, () => this.#run());
      return;
    }
    this.#waiting = () => undefined;
    queueMicrotask(() => this.#run());
  }

  /** Nothing more is done. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#waiting?.();
    this.#waiting = undefined;
  }

  #run(): void {
    if (this.#closed) return;
    this.#waiting = undefined;
    this.#last = this.#clock.now();
    this.#work();
  }
}
