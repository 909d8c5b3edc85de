import { LIMITS } from '@treff/protocol';
import { TokenBucket } from './rate.ts';
import { addressBytes } from './stun-message.ts';

const { stunBurst, stunPerSecond, stunBurstOfAll, stunPerSecondOfAll, stunSenders } = LIMITS;

/**
 * How many STUN requests are answered: to each sender, so that nobody is flooded with answers to requests under their address, and altogether. Senders
 * are told apart by their IPv4 address or the first 64 bits of an IPv6 one. Remembers at most {@link LIMITS.stunSenders}, those heard last.
 */
export class StunRate {
  readonly #all: TokenBucket;
  readonly #senders = new Map<string, TokenBucket>();

  constructor(now: number) {
    this.#all = new TokenBucket({ burst: stunBurstOfAll, perSecond: stunPerSecondOfAll, now });
  }

  get size(): number {
    return this.#senders.size;
  }

  /** Whether one more may be answered. `now`: milliseconds. */
  take(address: string, now: number): boolean {
    const key = networkOf(address);
    const bucket =
      this.#senders.get(key) ?? new TokenBucket({ burst: stunBurst, perSecond: stunPerSecond, now });
    // A map keeps the order of insertion: the first is the one that was heard of the longest ago.
    this.#senders.delete(key);
    this.#senders.set(key, bucket);
    if (this.#senders.size > stunSenders) {
      for (const oldest of this.#senders.keys()) {
        this.#senders.delete(oldest);
        break;
      }
    }
    return bucket.take(now) && this.#all.take(now);
  }
}

function networkOf(address: string): string {
  const bytes = addressBytes(address);
  return bytes?.subarray(0, 8).toString('hex') ?? '';
}
