import { type SourceId, LIMITS } from '@treff/protocol';
import type { Allocation } from './allocation.ts';
import type { Clock } from './clock.ts';

/** Milliseconds for which a consumer is kept of a picture that is not shown any more: who turns a page and comes back needs no negotiation. */
const KEEP_MS = 60_000;
/** Milliseconds between two looks for what is kept no longer. */
const SWEEP_MS = 15_000;

/**
 * Of which pictures of a conference a receiver has consumers (`SPEC.md`, PI): of all of them as long as they are few, else of those it shows. Consumers of everybody's
 * at everybody would grow with the square of the people, and each packet walks all consumers of its producer, paused ones too.
 */
export class Pictures {
  readonly #clock: Clock;
  /** Others are due than before, or some are kept no longer. */
  readonly #changed: () => void;
  readonly #ids = new Set<SourceId>();
  #stopTimer: (() => void) | undefined;
  #closed = false;

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** There are more than everybody has consumers of. */
  get areMany(): boolean {
    return this.#ids.size > LIMITS.pictures;
  }

  add(id: SourceId): void {
    this.#ids.add(id);
    if (this.areMany) this.#sweepLater();
  }

  remove(ids: Iterable<SourceId>): void {
    const wereMany = this.areMany;
    for (const id of ids) this.#ids.delete(id);
    if (!wereMany || this.areMany) return;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    if (!this.#closed) this.#changed();
  }

  /** Whether who is sent that is to have a consumer of a picture. */
  isDue(id: SourceId, allocation: Allocation | undefined): boolean {
    return !this.areMany || shows(allocation, id);
  }

  /** Whether a consumer stays of a picture that was shown last at `shownAt`, in milliseconds of the clock. */
  isKept(shownAt: number): boolean {
    return this.#clock.now() - shownAt < KEEP_MS;
  }

  /** Nothing changes by itself any more. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#stopTimer?.();
  }

  #sweepLater(): void {
    if (this.#closed) return;
    this.#stopTimer ??= this.#clock.after(SWEEP_MS, () => {
      this.#stopTimer = undefined;
      this.#sweepLater();
      this.#changed();
    });
  }
}

/** Whether who is sent that shows a picture, be it withheld. */
export function shows(allocation: Allocation | undefined, id: SourceId): boolean {
  return allocation?.forwarded.has(id) === true || allocation?.withheld.has(id) === true;
}

/** All that is shown by who is sent that. */
export function shownOf({ forwarded, withheld }: Allocation): SourceId[] {
  return [...forwarded.keys(), ...withheld.keys()];
}
