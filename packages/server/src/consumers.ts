import type { ConsumerParameters } from '@treff/protocol';
import type { Clock } from './clock.ts';
import { TokenBucket } from './rate.ts';

export interface ConsumersOptions {
  readonly clock: Clock;
  readonly announce: (consumers: readonly ConsumerParameters[]) => void;
  readonly withdraw: (ids: readonly string[]) => void;
}

/**
 * Announcements that go out at once, and how many follow per second when many join together; the rest is gathered. Each costs the
 * client a negotiation and an answer, which its own rate limit has to bear.
 */
const BURST = 20;
const PER_SECOND = 10;

/** What the bridge sends to one endpoint, and what its client has been told of it. */
export class Consumers {
  readonly #options: ConsumersOptions;
  readonly #bucket: TokenBucket;
  readonly #there = new Map<string, ConsumerParameters>();
  /** There, but not announced yet. */
  readonly #untold = new Map<string, ConsumerParameters>();
  #cancelWait: (() => void) | undefined;

  constructor(options: ConsumersOptions) {
    this.#options = options;
    this.#bucket = new TokenBucket({ burst: BURST, perSecond: PER_SECOND, now: options.clock.now() });
  }

  has(id: string): boolean {
    return this.#there.has(id);
  }

  get ids(): readonly string[] {
    return [...this.#there.keys()];
  }

  /** Other transports: these are there and told by their offer, and nothing else. */
  reset(offered: readonly ConsumerParameters[]): void {
    this.#hush();
    this.#there.clear();
    for (const consumer of offered) this.#there.set(consumer.id, consumer);
  }

  /** Those that are known are passed over. */
  add(consumers: readonly ConsumerParameters[]): void {
    for (const consumer of consumers) {
      if (this.#there.has(consumer.id)) continue;
      this.#there.set(consumer.id, consumer);
      this.#untold.set(consumer.id, consumer);
    }
    this.#tell();
  }

  remove(ids: readonly string[]): void {
    const gone = ids.filter((id) => this.#there.delete(id));
    const told = gone.filter((id) => !this.#untold.delete(id));
    if (told.length > 0) this.#options.withdraw(told);
  }

  /** The client has `ids`: tells it the difference. Returns those that are there. */
  compare(ids: readonly string[]): readonly string[] {
    this.#hush();
    const gone = ids.filter((id) => !this.#there.has(id));
    if (gone.length > 0) this.#options.withdraw(gone);
    const held = new Set(ids);
    const missing = [...this.#there.values()].filter(({ id }) => !held.has(id));
    if (missing.length > 0) this.#options.announce(missing);
    return ids.filter((id) => this.#there.has(id));
  }

  /** Nothing more is announced. */
  stop(): void {
    this.#hush();
  }

  #tell(): void {
    if (this.#untold.size === 0 || this.#cancelWait !== undefined) return;
    const { clock, announce } = this.#options;
    if (!this.#bucket.take(clock.now())) {
      this.#cancelWait = clock.after(1_000 / PER_SECOND, () => {
        this.#cancelWait = undefined;
        this.#tell();
      });
      return;
    }
    const consumers = [...this.#untold.values()];
    this.#untold.clear();
    announce(consumers);
  }

  #hush(): void {
    this.#untold.clear();
    this.#cancelWait?.();
    this.#cancelWait = undefined;
  }
}
