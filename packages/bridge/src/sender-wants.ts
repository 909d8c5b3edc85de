import type { SourceId } from '@treff/protocol';
import type { Clock } from './clock.ts';

/** Milliseconds for which a layer that nobody gets any more is still encoded: who turns a page and comes back sees it at once. */
const KEEP_MS = 10_000;

interface Want {
  /** Until when each layer is wanted, from the lowest: Infinity while somebody gets it. */
  readonly until: number[];
  /** What was told: so many layers, counted from the lowest. */
  told: number;
}

/** Which layers the senders of a conference are to encode (`SPEC.md`, SW): what is wanted again is told at once, what is not any more only after a while. */
export class SenderWants {
  readonly #clock: Clock;
  readonly #tell: (source: SourceId, layers: number) => void;
  readonly #wants = new Map<SourceId, Want>();
  #stopTimer: (() => void) | undefined;

  constructor(clock: Clock, tell: (source: SourceId, layers: number) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** A source begins, and with it all its layers are wanted. */
  add(source: SourceId, layers: number): void {
    const until = Array.from({ length: layers }, () => Infinity);
    this.#wants.set(source, { until, told: layers });
  }

  remove(source: SourceId): void {
    this.#wants.delete(source);
  }

  /** How many layers are wanted, as was told; undefined of a source that is not there. */
  toldOf(source: SourceId): number | undefined {
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
      if (layers === want.told) continue;
      want.told = layers;
      this.#tell(source, layers);
    }
    this.#stopTimer?.();
    this.#stopTimer = next === Infinity ? undefined : this.#clock.after(next - now, () => this.#settle());
  }
}
