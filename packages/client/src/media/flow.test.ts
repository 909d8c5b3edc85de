import { expect, test } from 'vitest';
import { FakeClock } from '../../test/fake-clock.ts';
import { FlowWatch, type Watched } from './flow.ts';

/** A receiver whose statistics a test writes. */
class FakeSource {
  readonly kind: 'audio' | 'video';
  packetsReceived = 0;
  played = 0;
  asked = 0;
  /** The next answers wait for this. */
  held: Promise<void> | undefined;
  problem: Error | undefined;

  constructor(kind: 'audio' | 'video') {
    this.kind = kind;
  }

  readonly stats = async (): Promise<RTCStatsReport> => {
    this.asked++;
    const { kind, packetsReceived, played } = this;
    await this.held;
    if (this.problem !== undefined) throw this.problem;
    const name = kind === 'video' ? 'framesDecoded' : 'jitterBufferEmittedCount';
    return new Map<string, object>([
      ['transport', { type: 'transport', packetsReceived: 99 }],
      ['inbound', { type: 'inbound-rtp', kind, packetsReceived, [name]: played }],
    ]);
  };

  come(packets = 1, played = 1): void {
    this.packetsReceived += packets;
    this.played += played;
  }
}

function start() {
  const clock = new FakeClock();
  const changes = { count: 0 };
  const flow = new FlowWatch({ clock, log: () => {}, changed: () => void changes.count++ });
  /** One look, and what comes of it. */
  const look = async (ms = 50) => {
    await settled();
    clock.advance(ms);
    await settled();
  };
  return { clock, changes, flow, look };
}

async function settled(): Promise<void> {
  for (let ticks = 0; ticks < 20; ticks++) await Promise.resolve();
}

const watched = (sources: Readonly<Record<string, FakeSource>>): ReadonlyMap<string, Watched> =>
  new Map(Object.entries(sources).map(([key, source]) => [key, source.stats]));

test.each(['audio', 'video'] as const)(
  '%s flows once packets came and something was made of them',
  async (kind) => {
    const { changes, flow, look } = start();
    const source = new FakeSource(kind);
    source.come(10, 10); // before anybody watched
    flow.watch(watched({ it: source }));
    flow.setActive(true);
    await look();
    expect(flow.flows('it')).toBe(false);
    source.come(5, 0); // a part of a frame, or sound that nothing plays
    await look();
    expect(flow.flows('it')).toBe(false);
    source.come(0, 5);
    await look();
    expect(flow.flows('it')).toBe(true);
    expect(flow.flows('another')).toBe(false);
    expect(changes.count).toBe(1);
  },
);

test('what is made up while nothing comes is no flow', async () => {
  const { flow, look } = start();
  const source = new FakeSource('audio');
  flow.watch(watched({ it: source }));
  flow.setActive(true);
  await look();
  source.come(0, 480);
  await look();
  expect(flow.flows('it')).toBe(false);
});

test('it looks only while somebody wants to know and something does not flow', async () => {
  const { clock, flow, look } = start();
  const [one, other] = [new FakeSource('audio'), new FakeSource('video')];
  flow.watch(watched({ one, other }));
  await look(1_000);
  expect([one.asked, other.asked]).toEqual([1, 1]);
  flow.setActive(true);
  one.come();
  await look();
  await look();
  expect([one.asked, other.asked]).toEqual([2, 3]);
  other.come();
  await look();
  expect(clock.waiting).toBe(0);
  flow.reset();
  expect(clock.waiting).toBe(1);
  flow.setActive(false);
  expect(clock.waiting).toBe(0);
});

test('after a reset only what comes from then on counts', async () => {
  const { flow, look } = start();
  const source = new FakeSource('video');
  flow.watch(watched({ it: source }));
  flow.setActive(true);
  await look();
  source.come();
  await look();
  expect(flow.flows('it')).toBe(true);
  source.come();
  flow.reset();
  expect(flow.flows('it')).toBe(false);
  await look();
  await look();
  expect(flow.flows('it')).toBe(false);
  source.come();
  await look();
  expect(flow.flows('it')).toBe(true);
});

test('a reset is not deceived by an answer to an earlier question', async () => {
  const { flow, look } = start();
  const source = new FakeSource('video');
  flow.watch(watched({ it: source }));
  flow.setActive(true);
  await look();
  source.come();
  const { promise, resolve } = Promise.withResolvers<void>();
  source.held = promise;
  const { asked } = source;
  await look();
  await look();
  expect(source.asked).toBe(asked + 1);
  flow.reset();
  resolve();
  await look();
  expect(flow.flows('it')).toBe(false);
});

test('those that stay keep what is known of them; another receiver under the same name begins anew', async () => {
  const { flow, look } = start();
  const [one, other] = [new FakeSource('video'), new FakeSource('video')];
  flow.watch(watched({ one }));
  flow.setActive(true);
  await look();
  one.come();
  await look();
  flow.watch(watched({ one, other }));
  expect(flow.flows('one')).toBe(true);
  flow.watch(watched({ one: other }));
  expect([flow.flows('one'), flow.flows('other')]).toEqual([false, false]);
});

test('counts that fall are those of another stream, which counts from there', async () => {
  const { flow, look } = start();
  const source = new FakeSource('video');
  source.come(100, 100);
  flow.watch(watched({ it: source }));
  flow.setActive(true);
  await look();
  [source.packetsReceived, source.played] = [0, 0];
  await look();
  source.come();
  await look();
  expect(flow.flows('it')).toBe(true);
});

test('one that tells nothing is asked again and leaves the others', async () => {
  const { flow, look } = start();
  const [one, other] = [new FakeSource('video'), new FakeSource('audio')];
  one.problem = new Error('closed');
  flow.watch(watched({ one, other }));
  flow.setActive(true);
  await look();
  one.problem = undefined;
  other.come();
  await look();
  expect([flow.flows('one'), flow.flows('other')]).toEqual([false, true]);
  one.come();
  await look();
  expect(flow.flows('one')).toBe(true);
});

test('closed, it forgets everything and looks no more', async () => {
  const { clock, changes, flow, look } = start();
  const source = new FakeSource('video');
  flow.watch(watched({ it: source }));
  flow.setActive(true);
  await look();
  source.come();
  clock.advance(50);
  flow.close();
  await look();
  expect(flow.flows('it')).toBe(false);
  expect(changes.count).toBe(0);
  expect(clock.waiting).toBe(0);
});
