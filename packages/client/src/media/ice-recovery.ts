import type { Clock } from '../core/index.ts';

/** Milliseconds of `disconnected` that heal by themselves more often than not. */
const GRACE_MS = 2_000;
/** Milliseconds an ICE restart gets before the next one. */
const RESTART_MS = 5_000;
/** ICE restarts before new transports are asked for. */
const RESTARTS = 3;
/** Milliseconds between requests for new transports: the first and, doubling, the longest. */
const RENEW_MS = 10_000;
const LONGEST_RENEW_MS = 30_000;

/** What is to be known of the transports, all of them taken together. */
export type IceHealth = 'good' | 'unsettled' | 'disconnected' | 'failed';

export interface IceRecoveryActions {
  /** Both return whether the request could be sent. */
  restartIce(): boolean;
  renew(): boolean;
}

/**
 * Decides when media that got lost is asked for again: after 2 s without connection, at once when ICE failed or the network changed; first by
 * restarting ICE, after three vain attempts by new transports. While nothing can be sent it waits for {@link IceRecovery.reachable}.
 */
export class IceRecovery {
  readonly #clock: Clock;
  readonly #actions: IceRecoveryActions;
  #health: IceHealth = 'good';
  #attempts = 0;
  #timer: { readonly for: 'grace' | 'effect'; readonly callOff: () => void } | undefined;
  /** Something had to be asked for while nothing could be sent. */
  #owing = false;

  constructor(clock: Clock, actions: IceRecoveryActions) {
    this.#clock = clock;
    this.#actions = actions;
  }

  /** The transports changed. */
  update(health: IceHealth): void {
    this.#health = health;
    switch (health) {
      case 'good':
        this.#attempts = 0;
        this.#owing = false;
        this.#stopTimer();
        break;
      case 'unsettled':
        break; // checks are running; what comes of them is told
      case 'disconnected':
        if (this.#timer === undefined) this.#wait('grace', GRACE_MS);
        break;
      case 'failed':
        if (this.#timer?.for !== 'effect') this.#act();
        break;
    }
  }

  /** Another network may be in use: the addresses are asked for anew although nothing failed yet. */
  networkChanged(): void {
    if (this.#timer?.for !== 'effect') this.#act();
  }

  /** An attempt was answered with a failure: the next one is due when its time is over. `hopeless`: restarting these transports cannot help. */
  refused(hopeless: boolean): void {
    if (hopeless) this.#attempts = Math.max(this.#attempts, RESTARTS);
    if (this.#timer === undefined) this.#wait('effect', RESTART_MS);
  }

  /** Requests can be sent again. */
  reachable(): void {
    if (this.#owing) this.#act();
  }

  /** The same, and one that was sent before may be lost: what is still broken is asked for once more. */
  reachableAnew(): void {
    if (this.#owing || this.#health === 'disconnected' || this.#health === 'failed') this.#act();
  }

  /** Forgets what it waits for: the transports are new ones. How often it tried it forgets only when they are good. */
  renewed(): void {
    this.#health = 'unsettled';
    this.#owing = false;
    this.#stopTimer();
  }

  close(): void {
    this.#stopTimer();
  }

  #act(): void {
    const restart = this.#attempts < RESTARTS;
    this.#owing = !(restart ? this.#actions.restartIce() : this.#actions.renew());
    this.#stopTimer();
    if (this.#owing) return;
    const renewals = Math.max(0, this.#attempts - RESTARTS);
    this.#attempts++;
    this.#wait('effect', restart ? RESTART_MS : Math.min(LONGEST_RENEW_MS, RENEW_MS * 2 ** renewals));
  }

  #wait(reason: 'grace' | 'effect', ms: number): void {
    this.#stopTimer();
    const callOff = this.#clock.after(ms, () => {
      this.#timer = undefined;
      if (this.#health === 'good') this.#attempts = 0;
      // Checks that run since an ICE restart get their time: `failed` will tell when it is over.
      else if (this.#health !== 'unsettled') this.#act();
    });
    this.#timer = { for: reason, callOff };
  }

  #stopTimer(): void {
    this.#timer?.callOff();
    this.#timer = undefined;
  }
}
