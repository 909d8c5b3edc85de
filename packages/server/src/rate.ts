/** A token bucket (as RFC 2698 describes one): `burst` at once, `perSecond` in the long run. Time is handed in. */
export class TokenBucket {
  readonly #burst: number;
  readonly #perSecond: number;
  #tokens: number;
  #filledAt: number;

  constructor(options: { burst: number; perSecond: number; now: number }) {
    this.#burst = options.burst;
    this.#perSecond = options.perSecond;
    this.#tokens = options.burst;
    this.#filledAt = options.now;
  }

  /** Takes one token; `false` when there is none. `now`: milliseconds, as in the constructor. */
  take(now: number): boolean {
    if (this.wait(now) > 0) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Milliseconds until there is one to take; 0: there is. */
  wait(now: number): number {
    const elapsed = Math.max(0, now - this.#filledAt);
    this.#tokens = Math.min(this.#burst, this.#tokens + (elapsed / 1_000) * this.#perSecond);
    this.#filledAt = Math.max(this.#filledAt, now);
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1_000);
  }

  /** Gives one token back. */
  giveBack(): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + 1);
  }
}

/** Counts offences within a sliding window. Holds at most `limit` moments. */
export class Strikes {
  readonly #limit: number;
  readonly #windowMs: number;
  #moments: number[] = [];

  constructor(options: { limit: number; windowMs: number }) {
    this.#limit = options.limit;
    this.#windowMs = options.windowMs;
  }

  /** Adds one; `true` when it is one too many. */
  add(now: number): boolean {
    this.#moments = this.#moments.filter((moment) => moment > now - this.#windowMs).slice(-this.#limit + 1);
    this.#moments.push(now);
    return this.#moments.length >= this.#limit;
  }
}
