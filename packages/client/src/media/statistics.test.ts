import { LIMITS, type ClientSignal, type ConnectionDetails, type Signal } from '@treff/protocol';
import { expect, test } from 'vitest';
import { FakeClock } from '../../test/fake-clock.ts';
import { turn } from '../../test/fake-media.ts';
import { OTHER, SELF } from '../../test/meeting-messages.ts';
import bridge from '../../test/stats/bridge.json' with { type: 'json' };
import type { PathStats } from './connection-report.ts';
import { SeatStatistics } from './statistics.ts';

/** A seat whose connection is as it was recorded, with a round trip of `network.roundTrip` seconds. */
function start() {
  const clock = new FakeClock();
  const sent: ClientSignal[] = [];
  const network = { roundTrip: 0.02, broken: false, alone: false, looks: 0 };
  let changes = 0;
  const connections = () =>
    (bridge[1] ?? []).map((rows) =>
      rows.map(
        (row) =>
          [
            row.id,
            row.type === 'candidate-pair' ? { ...row, currentRoundTripTime: network.roundTrip } : row,
          ] as const,
      ),
    );
  const statistics = new SeatStatistics({
    clock,
    log: () => undefined,
    look: async (): Promise<PathStats | undefined> => {
      network.looks++;
      return network.alone ? undefined : { way: 'bridge', connections: connections(), sources: new Map() };
    },
    isBroken: () => network.broken,
    send: (signal) => sent.push(signal),
    changed: () => changes++,
  });
  const wait = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      clock.advance(1_000);
      await turn();
    }
  };
  const told = () => sent.flatMap((one) => (one.type === 'connection' ? [one.details.quality] : []));
  return { clock, statistics, sent, network, wait, told, changes: () => changes };
}

test('of a good connection the others are told now and then', async () => {
  const { statistics, wait, sent, told } = start();
  statistics.sit(SELF);
  await wait(6 * LIMITS.connectionTellMs);
  expect(told().length).toBeGreaterThanOrEqual(5);
  expect(told().length).toBeLessThanOrEqual(6);
  expect(new Set(told())).toEqual(new Set(['good']));
  expect(sent[0]).toMatchObject({
    details: { way: 'bridge', roundTripMs: 20, protocol: 'udp', relayed: false },
  });
  expect(statistics.qualities.size).toBe(0);
});

test('a connection that becomes bad is told of as soon as that is certain, and shown at once to oneself', async () => {
  const { statistics, wait, network, told, changes } = start();
  statistics.sit(SELF);
  await wait(LIMITS.connectionTellMs);
  network.roundTrip = 1;
  await wait(LIMITS.connectionTellMs);
  expect(told().at(-1)).toBe('poor');
  expect([...statistics.qualities]).toEqual([[SELF, 'poor']]);
  expect(changes()).toBe(1);
  network.broken = true;
  await wait(LIMITS.connectionTellMs / 2);
  expect(told().at(-1)).toBe('lost');
  expect(statistics.qualities.get(SELF)).toBe('lost');
});

test('nobody is told anything while there is nobody, or no seat', async () => {
  const { statistics, wait, network, sent } = start();
  network.alone = true;
  statistics.sit(SELF);
  await wait(30_000);
  expect(sent).toEqual([]);
  network.alone = false;
  statistics.rise();
  const { looks } = network;
  await wait(30_000);
  expect(sent).toEqual([]);
  expect(network.looks).toBe(looks);
});

test('what was said last is said again after the socket was replaced', async () => {
  const { statistics, wait, told } = start();
  statistics.sit(SELF);
  await wait(LIMITS.connectionTellMs / 2);
  statistics.caughtUp();
  await wait(LIMITS.connectionTellMs / 2);
  expect(told()).toEqual(['good', 'good']);
});

test("the qualities of the others are as they were told last, and one's own as one knows it", async () => {
  const { statistics, changes } = start();
  statistics.sit(SELF);
  const tell = (qualities: Extract<Signal, { type: 'connection-qualities' }>['qualities']) =>
    statistics.hear({ type: 'connection-qualities', qualities });
  tell({ [OTHER]: 'poor', [SELF]: 'lost' });
  tell({ [OTHER]: 'poor' });
  expect([...statistics.qualities]).toEqual([[OTHER, 'poor']]);
  expect(changes()).toBe(1);
  tell({});
  expect(statistics.qualities.size).toBe(0);
  tell({ [OTHER]: 'poor' });
  statistics.rise();
  expect(statistics.qualities.size).toBe(0);
});

test('who looks at somebody asks again and again, hears of that one alone, and asks no more afterwards', () => {
  const { clock, statistics, sent } = start();
  const heard: (ConnectionDetails | undefined)[] = [];
  const stop = statistics.watchConnection(OTHER, (details) => heard.push(details));
  clock.advance(7_000);
  expect(sent).toEqual(Array.from({ length: 4 }, () => ({ type: 'ask-connection', participant: OTHER })));
  const details: ConnectionDetails = { quality: 'good', way: 'bridge', relayed: false };
  statistics.hear({ type: 'connection', participant: SELF, details: { ...details, quality: 'poor' } });
  statistics.hear({ type: 'connection', participant: OTHER });
  statistics.hear({ type: 'connection', participant: OTHER, details });
  statistics.hear({ type: 'speakers', speakers: [] });
  expect(heard).toEqual([undefined, details]);
  stop();
  clock.advance(7_000);
  statistics.hear({ type: 'connection', participant: OTHER, details });
  expect(sent).toHaveLength(4);
  expect(heard).toHaveLength(2);
});

test('who looks at speaking times is told them', () => {
  const { statistics, sent } = start();
  const heard: number[] = [];
  const stop = statistics.watchSpeakers((speakers) => heard.push(speakers.length));
  expect(sent).toEqual([{ type: 'ask-speakers' }]);
  const speaker = { participant: OTHER, displayName: 'Ben', ms: 1, speaks: true, left: false };
  statistics.hear({ type: 'speakers', speakers: [speaker] });
  stop();
  statistics.hear({ type: 'speakers', speakers: [] });
  expect(heard).toEqual([1]);
});
