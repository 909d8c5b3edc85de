/** Milliseconds of one slot: what is due within it is done together. */
const SLOT_MS = 4;
/** Slots of the wheel, a power of two: nothing may be due later than 4 s. */
const SLOTS = 1_024;
/** A process that stood still does not make up for more than so many rounds of one entry. */
const MAX_LATE_ROUNDS = 4;

/** What a wheel calls. `dueMs` is when it was meant to be: before `nowMs`, or within the same slot. */
export type Run = (nowMs: number, dueMs: number) => void;

interface Entry {
  readonly intervalMs: number;
  readonly run: Run;
  dueMs: number;
  live: boolean;
}

/**
 * One timer for thousands of steady paces. Whoever drives it calls {@link Wheel.advance}; it makes up for lateness, so that every pace
 * holds on average.
 */
export class Wheel {
  readonly #slots: Entry[][] = Array.from({ length: SLOTS }, () => []);
  /** Number of the last slot that was done. */
  #done: number;

  /** `nowMs`: when it begins. */
  constructor(nowMs: number) {
    this.#done = Math.floor(nowMs / SLOT_MS);
  }

  /** When {@link Wheel.advance} is due next. */
  get nextMs(): number {
    return (this.#done + 1) * SLOT_MS;
  }

  /**
   * Calls `run` every `intervalMs` (1 to 4,000), from `firstMs` on, until the returned function is called. Throws a `RangeError` for another interval.
   */
  every(intervalMs: number, firstMs: number, run: Run): () => void {
    if (!(intervalMs >= 1 && intervalMs <= (SLOTS - 1) * SLOT_MS))
      throw new RangeError(`an interval of ${intervalMs} ms`);
    const entry = { intervalMs, run, dueMs: firstMs, live: true };
    this.#insert(entry);
    return () => {
      entry.live = false;
    };
  }

  /** Does what is due by now. */
  advance(nowMs: number): void {
    const last = Math.floor(nowMs / SLOT_MS);
    // After a whole turn every slot has been seen.
    for (let slot = Math.max(this.#done + 1, last - SLOTS + 1); slot <= last; slot += 1) {
      this.#done = slot;
      const index = slot & (SLOTS - 1);
      const entries = this.#slots[index] ?? [];
      if (entries.length === 0) continue;
      this.#slots[index] = [];
      for (const entry of entries) this.#do(entry, nowMs);
    }
  }

  #do(entry: Entry, nowMs: number): void {
    if (!entry.live) return;
    const { dueMs, intervalMs } = entry;
    entry.dueMs = Math.max(dueMs + intervalMs, nowMs - MAX_LATE_ROUNDS * intervalMs);
    entry.run(nowMs, dueMs);
    this.#insert(entry);
  }

  #insert(entry: Entry): void {
    // What is due already comes with the next slot; what is due too far away (its beginning) comes early.
    const slot = Math.min(
      Math.max(Math.floor(entry.dueMs / SLOT_MS), this.#done + 1),
      this.#done + SLOTS - 1,
    );
    this.#slots[slot & (SLOTS - 1)]?.push(entry);
  }
}

/** Drives a wheel by the machine's clock until the returned function is called, and tells how late each step was, in milliseconds. */
export function drive(wheel: Wheel, late: (ms: number) => void): () => void {
  let timer: NodeJS.Timeout;
  const step = (): void => {
    const now = performance.now();
    late(Math.max(0, now - wheel.nextMs));
    wheel.advance(now);
    timer = setTimeout(step, Math.max(0, wheel.nextMs - performance.now()));
  };
  timer = setTimeout(step, 0);
  return () => clearTimeout(timer);
}
