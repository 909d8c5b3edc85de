import type { SourceId } from '@treff/protocol';
import type { Clock } from './clock.ts';

/** Milliseconds for which a layer that nobody gets any more is still encoded: who turns a page and comes back sees it at once. */
const KEEP_MS = 10_000;

/** What a sender is to encode of a source. */
export interface Wanted {
  /** So many layers, counted from the lowest. */
  readonly layers: number;
  /** In at most so many lines; Infinity: in any number. */
  readonly maxHeight: number;
}

interface Want {
  /** Until when each layer is wanted, from the lowest: Infinity while somebody gets it. */
  readonly until: number[];
  told: Wanted;
}

/**
 * What the senders of a conference are to encode (`SPEC.md`, SW and CA): layers that are wanted again are told at once, those that are not any more only after a while; how
 * tall a picture may be is told at once in any case.
 */
export class SenderWants {
  readonly #clock: Clock;
  readonly #tell: (source: SourceId, wanted: Wanted) => void;
  readonly #wants = new Map<SourceId, Want>();
  #stopTimer: (() => void) | undefined;

  constructor(clock: Clock, tell: (source: SourceId, wanted: Wanted) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** A source begins, and with it all its layers are wanted, in as many lines as its sender knows by other means. */
  add(source: SourceId, told: Wanted): void {
    const until = Array.from({ length: told.layers }, () => Infinity);
    this.#wants.set(source, { until, told });
  }

  /** So many lines it may have from now on. */
  limit(source: SourceId, maxHeight: number): void {
    const want = this.#wants.get(source);
    if (want === undefined || want.told.maxHeight === maxHeight) return;
    want.told = { ...want.told, maxHeight };
    this.#tell(source, want.told);
  }

  remove(source: SourceId): void {
    this.#wants.delete(source);
  }

  /** What is wanted, as was told; undefined of a source that is not there. */
  toldOf(source: SourceId): Wanted | undefined {
    return this.#wants.get(source)?.told;
  }

  /** How many layers of each source somebody gets now; of one that is not named, none. */
  update(inUse: ReadonlyMap<SourceId, number>): void {
    const now = this.#clock.now();
    for (const [source, { until }] of this.#wants) {
      const layers = inUse.get(source) ?? 0;
      for (let layer = 0; layer < until.length; layer++) {
        if (layer < layers) until[layer] = Infinity;
        else if (until[layer] === Infinity) until[layer] = now + KEEP_MS;
      }
    }
    this.#settle();
  }

  /** Nothing more is told. */
  close(): void {
    this.#stopTimer?.();
    this.#wants.clear();
  }

  #settle(): void {
    const now = this.#clock.now();
    let next = Infinity;
    for (const [source, want] of this.#wants) {
      const layers = want.until.findLastIndex((until) => until > now) + 1;
      for (const until of want.until) if (until > now) next = Math.min(next, until);
      if (layers === want.told.layers) continue;
      want.told = { ...want.told, layers };
      this.#tell(source, want.told);
    }
    this.#stopTimer?.();
    this.#stopTimer = next === Infinity ? undefined : this.#clock.after(next - now, () => this.#settle());
  }
}
