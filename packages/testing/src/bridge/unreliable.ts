import type { Bridge, BridgeMessage, RtpCapabilities } from '@treff/protocol';

/** What a caller sees instead of an answer: a timeout. The call may or may not have been done, or be done later. */
export class CallLost extends Error {
  constructor(call: string) {
    super(`${call} was not answered`);
    this.name = 'CallLost';
  }
}

export interface UnreliableOptions {
  /** From 0 to below 1; the only source of chance. */
  readonly random: () => number;
  /** How many of a hundred calls… */
  readonly percent?: Partial<typeof USUAL>;
}

const USUAL = {
  /** … never arrive, */
  lost: 12,
  /** … arrive, but their answer does not, */
  unanswered: 12,
  /** … arrive twice at once, */
  doubled: 12,
  /** … arrive, and once more at any later time, */
  repeatedLater: 12,
  /** … are held back, so that calls made after them arrive first. */
  delayed: 30,
};

/** Of these the last to arrive wins, so a transport must not let a repetition come after a later call. */
type Order = 'last-wins' | 'any';

type Chance = keyof typeof USUAL;

/** A bridge behind a bad transport: it loses calls and answers, repeats and reorders. Events come through untouched. */
export class UnreliableBridge implements Bridge {
  readonly #bridge: Bridge;
  readonly #random: () => number;
  readonly #percent: typeof USUAL;
  readonly #late: (() => Promise<unknown>)[] = [];
  readonly #running = new Set<Promise<unknown>>();
  /** How often each mishap happened. A test in which one never happened has proved less than it says. */
  readonly mishaps: Record<Chance, number> = {
    lost: 0,
    unanswered: 0,
    doubled: 0,
    repeatedLater: 0,
    delayed: 0,
  };

  constructor(bridge: Bridge, options: UnreliableOptions) {
    this.#bridge = bridge;
    this.#random = options.random;
    this.#percent = { ...USUAL, ...options.percent };
  }

  get rtpCapabilities(): RtpCapabilities {
    return this.#bridge.rtpCapabilities;
  }

  /** Delivers all repetitions that are still on the way, in random order. */
  async settle(): Promise<void> {
    while (this.#late.length > 0) this.#deliverLate();
    await Promise.all(this.#running);
  }

  open(...args: Parameters<Bridge['open']>): ReturnType<Bridge['open']> {
    return this.#send('open', 'any', () => this.#bridge.open(...args));
  }

  endpoint(...args: Parameters<Bridge['endpoint']>): ReturnType<Bridge['endpoint']> {
    return this.#send('endpoint', 'any', () => this.#bridge.endpoint(...args));
  }

  connect(...args: Parameters<Bridge['connect']>): ReturnType<Bridge['connect']> {
    return this.#send('connect', 'any', () => this.#bridge.connect(...args));
  }

  restartIce(...args: Parameters<Bridge['restartIce']>): ReturnType<Bridge['restartIce']> {
    return this.#send('restartIce', 'any', () => this.#bridge.restartIce(...args));
  }

  publish(...args: Parameters<Bridge['publish']>): ReturnType<Bridge['publish']> {
    return this.#send('publish', 'any', () => this.#bridge.publish(...args));
  }

  unpublish(...args: Parameters<Bridge['unpublish']>): ReturnType<Bridge['unpublish']> {
    return this.#send('unpublish', 'any', () => this.#bridge.unpublish(...args));
  }

  pause(...args: Parameters<Bridge['pause']>): ReturnType<Bridge['pause']> {
    return this.#send('pause', 'last-wins', () => this.#bridge.pause(...args));
  }

  start(...args: Parameters<Bridge['start']>): ReturnType<Bridge['start']> {
    return this.#send('start', 'any', () => this.#bridge.start(...args));
  }

  constrain(...args: Parameters<Bridge['constrain']>): ReturnType<Bridge['constrain']> {
    return this.#send('constrain', 'last-wins', () => this.#bridge.constrain(...args));
  }

  remove(...args: Parameters<Bridge['remove']>): ReturnType<Bridge['remove']> {
    return this.#send('remove', 'any', () => this.#bridge.remove(...args));
  }

  close(...args: Parameters<Bridge['close']>): ReturnType<Bridge['close']> {
    return this.#send('close', 'any', () => this.#bridge.close(...args));
  }

  snapshot(...args: Parameters<Bridge['snapshot']>): ReturnType<Bridge['snapshot']> {
    return this.#send('snapshot', 'any', () => this.#bridge.snapshot(...args));
  }

  subscribe(listener: (message: BridgeMessage) => void): () => void {
    return this.#bridge.subscribe(listener);
  }

  shutdown(): Promise<void> {
    return this.#bridge.shutdown();
  }

  async #send<T>(call: string, order: Order, deliver: () => Promise<T>): Promise<T> {
    if (this.#late.length > 0 && this.#random() < 0.3) this.#deliverLate();
    if (this.#happens('delayed')) await this.#turns(1 + Math.floor(this.#random() * 5));
    if (this.#happens('lost')) throw new CallLost(call);
    if (order === 'any' && this.#happens('repeatedLater')) this.#late.push(deliver);
    const answer = deliver();
    if (this.#happens('doubled')) this.#background(deliver);
    // The repetition is done before the next call can be made.
    const [outcome] = await Promise.allSettled([answer, ...this.#running]);
    if (this.#happens('unanswered')) throw new CallLost(call);
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }

  #deliverLate(): void {
    const [deliver] = this.#late.splice(Math.floor(this.#random() * this.#late.length), 1);
    if (deliver !== undefined) this.#background(deliver);
  }

  /** Nobody waits for the answer of a repetition, whatever it is. */
  #background(deliver: () => Promise<unknown>): void {
    const running = Promise.allSettled([deliver()]).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  #happens(chance: Chance): boolean {
    const happens = this.#random() * 100 < this.#percent[chance];
    if (happens) this.mishaps[chance] += 1;
    return happens;
  }

  async #turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn++) {
      const { promise, resolve } = Promise.withResolvers<void>();
      setImmediate(resolve);
      await promise;
    }
  }
}

/** Puts a bad transport before a bridge. */
export function unreliable(bridge: Bridge, options: UnreliableOptions): UnreliableBridge {
  return new UnreliableBridge(bridge, options);
}

/** A caller that repeats until it is answered, as the focus does. */
export async function untilAnswered<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof CallLost)) throw error;
    }
  }
}

/** Random numbers from 0 to below 1 that a seed repeats (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
