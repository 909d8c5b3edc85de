import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { describe, expect, it } from 'vitest';
import { Outlets, Pipes } from './pipes.ts';

/** What can be paused and closed, as mediasoup's producers and consumers are; writes down what it is told. */
class Stream {
  readonly observer = new EventEmitter();
  readonly kind = 'video';
  readonly rtpParameters = {};
  closed = false;
  paused: boolean;
  readonly #name: string;
  readonly #told: string[];

  constructor(name: string, told: string[], paused: boolean) {
    this.#name = name;
    this.#told = told;
    this.paused = paused;
  }

  get id(): string {
    return this.#name;
  }

  async pause(): Promise<void> {
    this.#told.push(`pause ${this.#name}`);
    this.paused = true;
    this.observer.emit('pause');
  }

  async resume(): Promise<void> {
    this.#told.push(`resume ${this.#name}`);
    this.paused = false;
    this.observer.emit('resume');
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#told.push(`close ${this.#name}`);
    this.observer.emit('close');
  }
}

/** Two routers, a source on the first, and all that is open between them. */
function world() {
  const told: string[] = [];
  const broken = { connects: 0 };
  let ends = 0;
  const streams = new Set<Stream>();
  const remember = (stream: Stream): Stream => {
    streams.add(stream);
    stream.observer.once('close', () => streams.delete(stream));
    return stream;
  };
  const router = (id: string) => ({
    id,
    createPipeTransport: async () => {
      ends += 1;
      let closed = false;
      const transport = {
        observer: new EventEmitter(),
        tuple: { localAddress: '127.0.0.1', localPort: 50_000 },
        connect: async () => {
          if (broken.connects === 0) return;
          broken.connects -= 1;
          throw new Error('a worker died');
        },
        consume: async () => remember(new Stream('near', told, false)),
        produce: async ({ paused }: { paused: boolean }) => remember(new Stream('far', told, paused)),
        close: () => {
          if (closed) return;
          closed = true;
          ends -= 1;
          transport.observer.emit('close');
        },
      };
      return transport;
    },
  });
  const [home, away] = [router('home'), router('away')] as unknown as [types.Router, types.Router];
  const origin = new Stream('origin', told, false);
  const outlets = new Outlets(home, origin as unknown as types.Producer, new Pipes());
  return {
    told,
    broken,
    home,
    away,
    origin,
    outlets,
    /** Ends of pipes, and what is on them. */
    open: () => [ends, streams.size],
  };
}

/** Lets what was begun go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

describe('a source at the routers of its conference', () => {
  it('SP6 is there directly at its own, and by one pipe at another', async () => {
    const { home, away, outlets, open } = world();
    expect((await outlets.at(home)).producerId).toBe('origin');
    expect(open()).toEqual([0, 0]);
    const [one, other] = await Promise.all([outlets.at(away), outlets.at(away)]);
    expect([one.producerId, other.producerId]).toEqual(['far', 'far']);
    expect(open()).toEqual([2, 2]);
  });

  it('SP6 rests until somebody lets it run, and again when nobody does any more', async () => {
    const { away, outlets, told } = world();
    const [one, other] = [await outlets.at(away), await outlets.at(away)];
    expect(told).toEqual(['pause near']);
    await one.run(true);
    await other.run(true);
    // The far end first, so that the picture that is asked for comes through.
    expect(told.splice(1)).toEqual(['resume far', 'resume near']);
    await one.run(false);
    expect(told.splice(1)).toEqual([]);
    await other.run(false);
    expect(told.splice(1)).toEqual(['pause far', 'pause near']);
  });

  it('SP6 is muted at the far end while it is muted at its own', async () => {
    const { away, origin, outlets, told } = world();
    const outlet = await outlets.at(away);
    await outlet.run(true);
    told.length = 0;
    await origin.pause();
    await settle();
    await origin.resume();
    await settle();
    expect(told).toEqual(['pause origin', 'pause far', 'resume origin', 'resume far']);
  });

  it('SP6 crosses no more when nobody receives it, and anew when somebody does', async () => {
    const { away, outlets, open } = world();
    const [one, other] = [await outlets.at(away), await outlets.at(away)];
    one.release();
    one.release();
    expect(open()).toEqual([2, 2]);
    other.release();
    expect(open()).toEqual([0, 0]);
    await outlets.at(away);
    expect(open()).toEqual([2, 2]);
  });

  it('SP6 crosses no more when the consumers have ended by which it was received', async () => {
    const { away, outlets, open, told } = world();
    const [one, other] = [await outlets.at(away), await outlets.at(away)];
    const consumer = new Stream('consumer', told, false);
    one.releaseAfter(consumer);
    other.releaseAfter({ closed: true, observer: consumer.observer });
    expect(open()).toEqual([2, 2]);
    consumer.close();
    expect(open()).toEqual([0, 0]);
  });

  it('leaves nothing behind when it ends, also while its pipe is made', async () => {
    const made = world();
    await made.outlets.at(made.away);
    made.origin.close();
    expect(made.open()).toEqual([0, 0]);
    const early = world();
    const outlet = early.outlets.at(early.away);
    await Promise.resolve();
    early.origin.close();
    await expect(outlet).rejects.toThrow('meanwhile');
    expect(early.open()).toEqual([0, 0]);
  });

  it('is there at the next try when a pipe could not be made', async () => {
    const { away, broken, outlets, open } = world();
    broken.connects = 1;
    await expect(outlets.at(away)).rejects.toThrow('a worker died');
    expect(open()).toEqual([0, 0]);
    expect((await outlets.at(away)).producerId).toBe('far');
  });
});
