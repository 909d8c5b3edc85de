import { LIMITS } from '@treff/protocol';
import type { Clock } from '../core/index.ts';
import { Pace } from './pace.ts';

/** A few in a row, then ten a second: people come faster into a large meeting, and the server takes 30 messages a second of all kinds. */
const PACE = { burst: 4, everyMs: 100 } as const;

/** Says which consumers are set up, so that the bridge starts them: at once, and in one go what gets ready while it has to wait. */
export class Starts {
  readonly #pace: Pace;
  readonly #ready = new Set<string>();

  constructor(clock: Clock, say: (consumers: string[]) => void) {
    this.#pace = new Pace({
      clock,
      ...PACE,
      run: () => {
        const ready = [...this.#ready];
        this.#ready.clear();
        for (let first = 0; first < ready.length; first += LIMITS.constraintSources)
          say(ready.slice(first, first + LIMITS.constraintSources));
      },
    });
  }

  add(consumers: readonly string[]): void {
    if (consumers.length === 0) return;
    for (const consumer of consumers) this.#ready.add(consumer);
    this.#pace.demand();
  }

  /** It is no more: nobody has to be told. */
  remove(consumer: string): void {
    this.#ready.delete(consumer);
  }

  /** All of them are no more. */
  clear(): void {
    this.#ready.clear();
  }

  /** Nothing is said any more. Idempotent. */
  close(): void {
    this.#pace.close();
  }
}
