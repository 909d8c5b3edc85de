import type { types } from 'mediasoup';
import type { Receiver } from './allocator.ts';
import type { Clock } from './clock.ts';
import type { Source } from './source.ts';

/** Milliseconds between two measurements. mediasoup's rates are means over two and a half seconds. */
const MEASURE_MS = 2_000;

/** Measures what pictures and voices take, while some receiver of the conference has no room to spare: nobody else needs to know. */
export class Rates {
  readonly #clock: Clock;
  readonly #receivers: () => Iterable<Receiver>;
  readonly #changed: () => void;
  #stopTimer: (() => void) | undefined;
  #closed = false;

  constructor(clock: Clock, receivers: () => Iterable<Receiver>, changed: () => void) {
    this.#clock = clock;
    this.#receivers = receivers;
    this.#changed = changed;
  }

  /** Some receiver's estimate is another one. */
  review(): void {
    if (this.#closed || this.#stopTimer !== undefined || !this.#matters()) return;
    this.#stopTimer = this.#clock.after(MEASURE_MS, () => void this.#measure());
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#stopTimer?.();
  }

  async #measure(): Promise<void> {
    const sources = [...this.#receivers()].flatMap((receiver) => [...receiver.sources.values()]);
    const measured = sources.filter(
      ({ producer, silenced }) => !silenced && !producer.paused && !producer.closed,
    );
    await Promise.all(measured.map((source) => measure(source)));
    this.#stopTimer = undefined;
    if (this.#closed) return;
    this.#changed();
    this.review();
  }

  /** Something is withheld from somebody, or would be if the pictures took twice as much. */
  #matters(): boolean {
    const lowest = new Map(
      [...this.#receivers()].flatMap(({ sources }) =>
        [...sources.values()].map(({ id, lowest: bitrate }) => [id, bitrate]),
      ),
    );
    for (const { estimate, allocation } of this.#receivers()) {
      if (estimate === undefined || allocation === undefined) continue;
      if ([...allocation.withheld.values()].includes('bandwidth')) return true;
      let taken = 0;
      for (const source of allocation.forwarded.keys()) taken += lowest.get(source) ?? 0;
      if (2 * taken > estimate) return true;
    }
    return false;
  }
}

async function measure(source: Source): Promise<void> {
  let stats: types.ProducerStat[];
  try {
    stats = await source.producer.getStats();
  } catch {
    // It ended meanwhile, and takes nothing any more.
    return;
  }
  const lowest = lowestOf(stats);
  if (lowest !== undefined) source.measured(lowest);
  else if (!source.isVideo) source.measured(0);
}

/** What the lowest layer takes, bits per second: of simulcast the stream that takes least of those that are sent, of SVC the lowest part of the only one. */
export function lowestOf(
  stats: readonly Pick<types.ProducerStat, 'bitrate' | 'bitrateByLayer'>[],
): number | undefined {
  const rates = stats.map(({ bitrate, bitrateByLayer }) => {
    const parts = layerBitrates(bitrateByLayer);
    return parts.length > 0 ? Math.max(...parts) : bitrate;
  });
  const sent = rates.filter((rate) => rate > 0);
  return sent.length > 0 ? Math.min(...sent) : undefined;
}

/** Of the lowest spatial layer, by temporal ones, each with those below it. mediasoup's keys are `<spatial>.<temporal>`. */
function layerBitrates(byLayer: unknown): number[] {
  if (typeof byLayer !== 'object' || byLayer === null) return [];
  return Object.entries(byLayer).flatMap(([layer, bitrate]) =>
    layer.startsWith('0.') && typeof bitrate === 'number' ? [bitrate] : [],
  );
}
