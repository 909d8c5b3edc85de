import type { Clock } from '../core/index.ts';

export interface PaceOptions {
  readonly clock: Clock;
  /** How often in a row it may be done after a rest. */
  readonly burst: number;
  /** Milliseconds after which it may be done once more. */
  readonly everyMs: number;
  readonly run: () => void;
}

/** Does something on demand, but not more often than it should be done: what is demanded too early is done once, as soon as it may be. */
export class Pace {
  readonly #options: PaceOptions;
  /** How often it may be done now, and when that was counted. */
  #credit: number;
  #countedAt: number;
  #callOff: (() => void) | undefined;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#credit = options.burst;
    this.#countedAt = options.clock.now();
  }

  demand(): void {
    if (this.#callOff !== undefined) return;
    const { clock, burst, everyMs } = this.#options;
    const now = clock.now();
    this.#credit = Math.min(burst, this.#credit + (now - this.#countedAt) / everyMs);
    this.#countedAt = now;
    if (this.#credit >= 1) this.#run();
    else this.#callOff = clock.after((1 - this.#credit) * everyMs, () => this.#run());
  }

  /** What was demanded is not done any more. Idempotent. */
  close(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }

  #run(): void {
    this.#callOff = undefined;
    this.#credit--;
    this.#options.run();
  }
}
