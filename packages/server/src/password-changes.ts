import { LIMITS, type ErrorCode } from '@treff/protocol';
import { unfitPassword } from './access/room-password.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import { TokenBucket } from './rate.ts';

export interface PasswordChangesOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly hashPassword: (password: string) => Promise<string>;
}

type Hashed = { readonly hash: string | undefined } | { readonly code: ErrorCode };

/** New passwords of one conference. Hashing takes a while and a core, so one is done after the other, and not as often as anybody likes. */
export class PasswordChanges {
  readonly #options: PasswordChangesOptions;
  readonly #pace: TokenBucket;
  #hashing: Promise<unknown> = Promise.resolve();

  constructor(options: PasswordChangesOptions) {
    this.#options = options;
    this.#pace = new TokenBucket({
      burst: LIMITS.passwordChanges,
      perSecond: 1_000 / LIMITS.passwordChangePaceMs,
      now: options.clock.now(),
    });
  }

  /** Why a password is not taken, before any work is done for it. `digits`: how many of them, and nothing else, it is to be. */
  refusalOf(password: string | undefined, digits: number | undefined): ErrorCode | undefined {
    if (password === undefined) return undefined;
    const unfit = unfitPassword(password, digits);
    if (unfit !== undefined) return unfit;
    return this.#pace.take(this.#options.clock.now()) ? undefined : 'protocol/rate-limited';
  }

  /** Resolves with the hash, `undefined` for no password, when those before it are done. Never rejects. */
  hash(password: string | undefined): Promise<Hashed> {
    const hashed = this.#hashing.then(() => this.#hash(password));
    this.#hashing = hashed;
    return hashed;
  }

  async #hash(password: string | undefined): Promise<Hashed> {
    const { hashPassword, logger } = this.#options;
    try {
      return { hash: password === undefined ? undefined : await hashPassword(password) };
    } catch (error) {
      logger.error({ err: error }, 'a password could not be hashed');
      return { code: 'server/internal' };
    }
  }
}
