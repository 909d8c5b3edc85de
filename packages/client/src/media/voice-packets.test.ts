import { expect, test } from 'vitest';
import { FakeClock } from '../../test/fake-clock.ts';
import { voicePacketMs, VoicePackets } from './voice-packets.ts';

function start(people: number, random = 0.5) {
  const clock = new FakeClock();
  const told: number[] = [];
  const packets = new VoicePackets({
    people,
    clock,
    random: () => random,
    changed: (ms) => told.push(ms),
  });
  return { clock, told, packets };
}

test('packets of speech are long from 50 people on, and short again below 40', () => {
  expect([1, 2, 49].map((people) => voicePacketMs(people, 20))).toEqual([20, 20, 20]);
  expect([50, 500].map((people) => voicePacketMs(people, 20))).toEqual([40, 40]);
  expect([500, 50, 49, 40].map((people) => voicePacketMs(people, 40))).toEqual([40, 40, 40, 40]);
  expect([39, 1].map((people) => voicePacketMs(people, 40))).toEqual([20, 20]);
});

test('who comes to a big room sends long packets from the first', () => {
  expect(start(49).packets.ms).toBe(20);
  expect(start(50).packets.ms).toBe(40);
});

test('when the room grows or empties they change once, at some time within 20 s', () => {
  const { clock, told, packets } = start(49);
  packets.setPeople(50);
  packets.setPeople(51);
  clock.advance(9_999);
  expect([told, packets.ms]).toEqual([[], 20]);
  clock.advance(1);
  expect([told, packets.ms]).toEqual([[40], 40]);
  packets.setPeople(41);
  clock.advance(60_000);
  packets.setPeople(39);
  clock.advance(10_000);
  expect(told).toEqual([40, 20]);
});

test('not everybody changes at the same moment', () => {
  const rooms = [0, 0.25, 0.99].map((random) => start(49, random));
  for (const { packets } of rooms) packets.setPeople(50);
  const changed = () => rooms.map(({ told }) => told.length);
  for (const { clock } of rooms) clock.advance(1);
  expect(changed()).toEqual([1, 0, 0]);
  for (const { clock } of rooms) clock.advance(5_000);
  expect(changed()).toEqual([1, 1, 0]);
  for (const { clock } of rooms) clock.advance(15_000);
  expect(changed()).toEqual([1, 1, 1]);
});

test('nothing changes when people go again before it was time, nor after the end', () => {
  const { clock, told, packets } = start(49);
  packets.setPeople(50);
  packets.setPeople(49);
  clock.advance(60_000);
  packets.setPeople(50);
  packets.close();
  clock.advance(60_000);
  expect(told).toEqual([]);
  expect(clock.waiting).toBe(0);
});
