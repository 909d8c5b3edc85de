import { LIMITS } from '@treff/protocol';
import { KeyedRate } from './keyed-rate.ts';
import { TokenBucket } from './rate.ts';
import { addressBytes } from './stun-message.ts';

const { stunBurst, stunPerSecond, stunBurstOfAll, stunPerSecondOfAll, stunSenders } = LIMITS;

/**
 * How many STUN requests are answered: to each sender, so that nobody is flooded with answers to requests under their address, and altogether. Senders
 * are told apart by their IPv4 address or the first 64 bits of an IPv6 one. Remembers at most {@link LIMITS.stunSenders}, those heard last.
 */
export class StunRate {
  readonly #all: TokenBucket;
  readonly #senders = new KeyedRate({ burst: stunBurst, perSecond: stunPerSecond, keys: stunSenders });

  constructor(now: number) {
    this.#all = new TokenBucket({ burst: stunBurstOfAll, perSecond: stunPerSecondOfAll, now });
  }

  get size(): number {
    return this.#senders.size;
  }

  /** Whether one more may be answered. `now`: milliseconds. */
  take(address: string, now: number): boolean {
    return this.#senders.take(networkOf(address), now) && this.#all.take(now);
  }
}

function networkOf(address: string): string {
  const bytes = addressBytes(address);
  return bytes?.subarray(0, 8).toString('hex') ?? '';
}
