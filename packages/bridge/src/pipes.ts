import type { types } from 'mediasoup';
import { unavailable } from './errors.ts';
import { SerialQueue } from './serial-queue.ts';

/**
 * Local, so not encrypted, and above the ports that media is usually on. Every pipe has retransmission, since receive buffers overflow on one machine,
 * too, and no SCTP.
 */
const PIPE: types.PipeTransportOptions = {
  listenInfo: { protocol: 'udp', ip: '127.0.0.1', portRange: { min: 49_152, max: 65_535 } },
  enableRtx: true,
  enableSrtp: false,
  enableSctp: false,
};

/** A source at one router, for one who receives it there. */
export interface Outlet {
  /** To be consumed on that router. */
  readonly producerId: string;
  /** Whether its receiver lets it run; at first it does not. What nobody lets run does not cross the pipe. Resolves when it is so. */
  run(running: boolean): Promise<void>;
  /** Nobody receives it by this outlet any more. Idempotent. */
  release(): void;
  /** Releases it when this consumer ends. */
  releaseAfter(consumer: Ending): void;
}

/** As much of a consumer as tells its end. */
export interface Ending {
  readonly closed: boolean;
  readonly observer: { once(event: 'close', listener: () => void): unknown };
}

/** Two connected transports, one on each router. */
interface Pair {
  readonly ends: Promise<ReadonlyMap<types.Router, types.PipeTransport>>;
  users: number;
}

/** The pipes between the routers of one conference: a pair of transports between two routers while anything crosses. */
export class Pipes {
  readonly #pairs = new Map<string, Pair>();

  /** The transports between two routers, by router. Whoever takes them gives them back with `release`. Rejects when a worker died. */
  async take(
    one: types.Router,
    other: types.Router,
  ): Promise<ReadonlyMap<types.Router, types.PipeTransport>> {
    const key = keyOf(one, other);
    const pair: Pair = this.#pairs.get(key) ?? { ends: connect(one, other), users: 0 };
    this.#pairs.set(key, pair);
    pair.users += 1;
    try {
      return await pair.ends;
    } catch (error) {
      // The next one tries anew.
      if (this.#pairs.get(key) === pair) this.#pairs.delete(key);
      throw error;
    }
  }

  /** Of a pair that was taken; the last one closes it. */
  release(
    one: types.Router,
    other: types.Router,
    ends: ReadonlyMap<types.Router, types.PipeTransport>,
  ): void {
    const key = keyOf(one, other);
    const pair = this.#pairs.get(key);
    if (pair === undefined) return;
    pair.users -= 1;
    if (pair.users > 0) return;
    this.#pairs.delete(key);
    for (const end of ends.values()) end.close();
  }
}

/** One source at the routers of its conference: at its own directly, at others by a pipe while somebody receives it there. */
export class Outlets {
  readonly #home: types.Router;
  readonly #producer: types.Producer;
  readonly #pipes: Pipes;
  readonly #direct: Outlet;
  readonly #piped = new Map<types.Router, PipedSource>();

  constructor(home: types.Router, producer: types.Producer, pipes: Pipes) {
    this.#home = home;
    this.#producer = producer;
    this.#pipes = pipes;
    this.#direct = direct(producer.id);
  }

  /** Whether somebody with these capabilities can decode it. All routers have the same codecs, so its own knows. */
  canConsume(rtpCapabilities: types.RtpCapabilities): boolean {
    return this.#home.canConsume({ producerId: this.#producer.id, rtpCapabilities });
  }

  /** Rejects when the source or one of the two workers ended meanwhile. */
  async at(router: types.Router): Promise<Outlet> {
    if (router === this.#home) return this.#direct;
    let piped = this.#piped.get(router);
    if (piped === undefined || piped.closed) {
      const made = new PipedSource(this.#producer, this.#home, router, this.#pipes, () => {
        if (this.#piped.get(router) === made) this.#piped.delete(router);
      });
      piped = made;
      this.#piped.set(router, made);
    }
    return piped.take();
  }
}

/** At its own router it is there anyway: one for all, who need not even be watched. */
function direct(producerId: string): Outlet {
  return {
    producerId,
    run: () => Promise.resolve(),
    release: () => undefined,
    releaseAfter: () => undefined,
  };
}

interface Crossing {
  readonly consumer: types.Consumer;
  readonly producer: types.Producer;
}

/** One source as it is piped to one other router: muted where its owner is, paused where nobody lets it run, closed when nobody receives it. */
class PipedSource {
  readonly #origin: types.Producer;
  readonly #opening: Promise<Crossing>;
  readonly #onClose: () => void;
  readonly #queue = new SerialQueue();
  readonly #close = (): void => this.close();
  readonly #settle = (): void => void this.#settled();
  #closePair: (() => void) | undefined;
  #users = 0;
  #running = 0;
  #closed = false;

  constructor(
    origin: types.Producer,
    from: types.Router,
    to: types.Router,
    pipes: Pipes,
    onClose: () => void,
  ) {
    this.#origin = origin;
    this.#onClose = onClose;
    this.#opening = this.#open(from, to, pipes);
    // Everybody who takes it learns of its failure; it fails also when nobody waits any more.
    this.#opening.catch(() => this.close());
    origin.observer.once('close', this.#close);
    origin.observer.on('pause', this.#settle);
    origin.observer.on('resume', this.#settle);
  }

  get closed(): boolean {
    return this.#closed;
  }

  async take(): Promise<Outlet> {
    this.#users += 1;
    let running = false;
    let released = false;
    const run = async (wanted: boolean): Promise<void> => {
      if (released || wanted === running) return;
      running = wanted;
      this.#running += wanted ? 1 : -1;
      await this.#settled();
    };
    const release = (): void => {
      if (released) return;
      void run(false);
      released = true;
      this.#users -= 1;
      if (this.#users === 0) this.close();
    };
    const releaseAfter: Outlet['releaseAfter'] = (consumer) => {
      if (consumer.closed) release();
      else consumer.observer.once('close', release);
    };
    try {
      const { producer } = await this.#opening;
      if (this.#isClosed()) throw unavailable('the source ended meanwhile');
      return { producerId: producer.id, run, release, releaseAfter };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#origin.observer.off('close', this.#close);
    this.#origin.observer.off('pause', this.#settle);
    this.#origin.observer.off('resume', this.#settle);
    this.#closePair?.();
    this.#onClose();
  }

  async #open(from: types.Router, to: types.Router, pipes: Pipes): Promise<Crossing> {
    const ends = await pipes.take(from, to);
    let consumer: types.Consumer | undefined;
    let producer: types.Producer | undefined;
    const closePair = (): void => {
      consumer?.close();
      producer?.close();
      pipes.release(from, to, ends);
    };
    try {
      const [near, far] = [ends.get(from), ends.get(to)];
      if (near === undefined || far === undefined || this.#isClosed()) throw unavailable('closed meanwhile');
      consumer = await near.consume({ producerId: this.#origin.id });
      producer = await far.produce({
        kind: consumer.kind,
        rtpParameters: consumer.rtpParameters,
        paused: true,
      });
      if (this.#isClosed()) throw unavailable('closed meanwhile');
      // When a worker dies the transports of its routers close, and what is on them.
      consumer.observer.once('close', this.#close);
      producer.observer.once('close', this.#close);
      this.#closePair = closePair;
      const crossing = { consumer, producer };
      await this.#apply(crossing);
      return crossing;
    } catch (error) {
      if (this.#closePair === undefined) closePair();
      throw error;
    }
  }

  /** Brings what runs in step with what is wanted, and resolves when it is. */
  #settled(): Promise<void> {
    return (
      this.#queue
        .run(async () => this.#apply(await this.#opening))
        // It closed, or a worker died: then there is nothing to be in step with, and whoever receives it is told of that.
        .catch(() => undefined)
    );
  }

  /** What resumes begins at the far end, so that the picture that is asked for at the near end comes through. */
  async #apply({ consumer, producer }: Crossing): Promise<void> {
    while (!this.#closed) {
      const idle = this.#running === 0;
      const silent = idle || this.#origin.paused;
      if (producer.paused !== silent) await (silent ? producer.pause() : producer.resume());
      else if (consumer.paused !== idle) await (idle ? consumer.pause() : consumer.resume());
      else return;
    }
  }

  /** As a call, since the compiler does not know that it changes during an `await`. */
  #isClosed(): boolean {
    return this.#closed;
  }
}

/** Rejects, leaving nothing behind. */
async function connect(
  one: types.Router,
  other: types.Router,
): Promise<ReadonlyMap<types.Router, types.PipeTransport>> {
  const made = await Promise.allSettled([one.createPipeTransport(PIPE), other.createPipeTransport(PIPE)]);
  const [first, second] = made;
  try {
    if (first.status === 'rejected') throw first.reason;
    if (second.status === 'rejected') throw second.reason;
    await Promise.all([
      first.value.connect({ ip: second.value.tuple.localAddress, port: second.value.tuple.localPort }),
      second.value.connect({ ip: first.value.tuple.localAddress, port: first.value.tuple.localPort }),
    ]);
    first.value.observer.once('close', () => second.value.close());
    second.value.observer.once('close', () => first.value.close());
    return new Map([
      [one, first.value],
      [other, second.value],
    ]);
  } catch (error) {
    for (const transport of made) if (transport.status === 'fulfilled') transport.value.close();
    throw error;
  }
}

/** The same for both directions. */
function keyOf(one: types.Router, other: types.Router): string {
  return [one.id, other.id].toSorted().join(' ');
}
