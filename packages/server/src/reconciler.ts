import { codeOf, TreffError, type ErrorCode } from '@treff/protocol';
import { withTimeout, type Clock } from './clock.ts';
import type { Logger } from './logger.ts';

/** One thing to do, so that what is there comes nearer to what is wanted. */
export interface Step {
  /** For logs. */
  readonly name: string;
  /** Resolves with what to do with the answer. */
  attempt(): Promise<() => void>;
  /** It was refused, and would be again: whatever wanted it must not want it any more. */
  refused(code: ErrorCode): void;
  /** Whether the answer still matters. */
  isCurrent(): boolean;
}

export interface ReconcilerOptions {
  /** The first difference between what is wanted and what is there; `undefined`: none. */
  readonly nextStep: () => Step | undefined;
  /** The other side no longer knows what the step was about. */
  readonly onStale: (step: Step) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Longer than any bridge takes; a call that is not answered by then counts as lost and is repeated. */
const CALL_TIMEOUT_MS = 5_000;
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;

/**
 * Does one step after the other until there is no difference left. So calls are never concurrent, the latest wish wins, and what
 * failed is simply still different. Waits longer and longer while the other side cannot be reached.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  #working = false;
  #stopped = false;
  #endWait: (() => void) | undefined;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** Something is wanted that was not. The work begins after the caller's turn, who may be about to want more. */
  kick(): void {
    if (this.#working || this.#stopped) return;
    this.#working = true;
    queueMicrotask(() => void this.#work());
  }

  /** No further step. */
  stop(): void {
    this.#stopped = true;
    this.#endWait?.();
  }

  async #work(): Promise<void> {
    let failures = 0;
    for (let step = this.#next(); step !== undefined; step = this.#next()) {
      if (await this.#succeeds(step)) failures = 0;
      else await this.#wait(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++));
    }
    this.#working = false;
  }

  #next(): Step | undefined {
    return this.#stopped ? undefined : this.#options.nextStep();
  }

  /** `false`: for a reason that passes. */
  async #succeeds(step: Step): Promise<boolean> {
    const { clock, logger, onStale } = this.#options;
    try {
      const lost = () => new TreffError('media/bridge-unavailable', 'no answer');
      const apply = await withTimeout(clock, CALL_TIMEOUT_MS, step.attempt(), lost);
      if (step.isCurrent()) apply();
      return true;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'server/internal')
        logger.error({ err: error, step: step.name }, 'a call to the bridge failed');
      else logger.debug({ code, step: step.name }, 'the bridge refused');
      if (code === 'media/stale-generation') onStale(step);
      if (code === 'media/stale-generation' || code === 'media/bridge-unavailable') return false;
      if (step.isCurrent()) step.refused(code);
      return true;
    }
  }

  async #wait(ms: number): Promise<void> {
    if (this.#stopped) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve);
      this.#endWait = () => {
        cancel();
        resolve();
      };
    });
    this.#endWait = undefined;
  }
}
