import { TokenBucket } from './rate.ts';

/** A token bucket for each of many keys; of more than `keys` those heard of the longest ago are forgotten. */
export class KeyedRate {
  readonly #options: { readonly burst: number; readonly perSecond: number; readonly keys: number };
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(options: { burst: number; perSecond: number; keys: number }) {
    this.#options = options;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one token of this key; `false` when it has none. `now`: milliseconds. */
  take(key: string, now: number): boolean {
    return this.#bucketOf(key, now).take(now);
  }

  /** Milliseconds until this key has one to take; 0: it has. */
  wait(key: string, now: number): number {
    return this.#bucketOf(key, now).wait(now);
  }

  /** Gives one back: what it was taken for did not count. */
  giveBack(key: string): void {
    this.#buckets.get(key)?.giveBack();
  }

  #bucketOf(key: string, now: number): TokenBucket {
    const { keys, ...rate } = this.#options;
    const bucket = this.#buckets.get(key) ?? new TokenBucket({ ...rate, now });
    // A map keeps the order of insertion: the first is the one that was heard of the longest ago.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= keys) break;
      this.#buckets.delete(oldest);
    }
    return bucket;
  }
}
