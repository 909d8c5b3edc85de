import { LIMITS, participantId } from '@treff/protocol';
import { expect, test } from 'vitest';
import { FakeClock } from '../../test/fake-clock.ts';
import { LevelMeter } from './levels.ts';
import { decibels, loudness } from './loudness.ts';

const ANN = participantId.parse('0000000a');

function start() {
  const clock = new FakeClock();
  const microphone: { db: number | undefined; muted: boolean; direct: boolean } = {
    db: undefined,
    muted: false,
    direct: false,
  };
  const told: boolean[] = [];
  const quiet: boolean[] = [];
  let changes = 0;
  const levels = new LevelMeter({
    clock,
    readMicrophone: () => microphone.db,
    listensMuted: () => microphone.db !== undefined && microphone.muted,
    talkingWhileMutedChanged: () => changes++,
    quietChanged: (now) => quiet.push(now),
    tellsSpeech: () => microphone.direct,
    speechChanged: (speaks) => told.push(speaks),
  });
  return { clock, levels, microphone, told, quiet, changes: () => changes };
}

test('loudness rises with decibels from 0 to 1', () => {
  expect([-127, -60, -36, -12, 0].map(loudness)).toEqual([0, 0, 0.5, 1, 1]);
});

test('decibels of samples are their root mean square', () => {
  expect(decibels(new Float32Array(100))).toBe(-127);
  expect(decibels(new Float32Array(100).fill(1))).toBe(0);
  expect(decibels(new Float32Array(100).fill(0.1))).toBeCloseTo(-20);
});

test('a remote level rises at once and falls softly to nothing', () => {
  const { clock, levels } = start();
  levels.hear({ [ANN]: -12 });
  expect(levels.get(ANN)).toBe(1);
  clock.advance(1_000);
  expect(levels.get(ANN)).toBe(1);
  clock.advance(120);
  expect(levels.get(ANN)).toBeCloseTo(0.5);
  clock.advance(2_000);
  expect(levels.get(ANN)).toBe(0);
});

test('a remote level stays until the bridge looks again, in a big room too, and falls as soon as nothing is heard', () => {
  const { clock, levels } = start();
  for (const interval of [400, 800]) {
    for (let look = 0; look < 3; look++) {
      levels.hear({ [ANN]: -12 });
      clock.advance(interval);
      expect(levels.get(ANN)).toBe(1);
    }
    levels.hear({});
    expect(levels.get(ANN)).toBe(1);
    clock.advance(120);
    expect(levels.get(ANN)).toBeCloseTo(0.5);
    levels.hear({});
    clock.advance(120);
    expect(levels.get(ANN)).toBeCloseTo(0.25);
  }
});

test('listeners are called while something is heard and once when it is over, then there is rest', () => {
  const { clock, levels } = start();
  let calls = 0;
  const stop = levels.subscribe(() => calls++);
  expect(calls).toBe(0);
  levels.hear({ [ANN]: -20 });
  clock.advance(5_000);
  expect(calls).toBeGreaterThan(5);
  expect(levels.get(ANN)).toBe(0);
  expect(clock.waiting).toBe(0);
  const before = calls;
  levels.hear({ [ANN]: -20 });
  expect(calls).toBe(before + 1);
  stop();
  clock.advance(5_000);
  expect(calls).toBe(before + 1);
  expect(clock.waiting).toBe(0);
});

test('shows the own microphone while somebody looks', () => {
  const { clock, levels, microphone } = start();
  levels.subscribe(() => undefined);
  microphone.db = -12;
  levels.wake();
  expect(levels.get('local')).toBe(1);
  microphone.db = -127;
  clock.advance(3_000);
  expect(levels.get('local')).toBe(0);
});

test('a muted microphone shows nothing, though it is listened to', () => {
  const { levels, microphone } = start();
  levels.subscribe(() => undefined);
  Object.assign(microphone, { db: -12, muted: true });
  levels.wake();
  expect(levels.get('local')).toBe(0);
});

test('muting takes the own level down at once', () => {
  const { clock, levels, microphone } = start();
  levels.subscribe(() => undefined);
  microphone.db = -12;
  levels.wake();
  microphone.muted = true;
  clock.advance(100);
  expect(levels.get('local')).toBe(0);
});

test('who speaks while muted is told so, for 3 s after the last word', () => {
  const { clock, levels, microphone, changes } = start();
  Object.assign(microphone, { db: -20, muted: true });
  levels.wake();
  expect(levels.talkingWhileMuted).toBe(false);
  clock.advance(1_000);
  expect(levels.talkingWhileMuted).toBe(true);
  microphone.db = -127;
  clock.advance(2_500);
  expect(levels.talkingWhileMuted).toBe(true);
  clock.advance(1_000);
  expect(levels.talkingWhileMuted).toBe(false);
  expect(changes()).toBe(2);
});

test('a cough is not speech', () => {
  const { clock, levels, microphone } = start();
  Object.assign(microphone, { db: -20, muted: true });
  levels.wake();
  microphone.db = -127;
  clock.advance(3_000);
  expect(levels.talkingWhileMuted).toBe(false);
});

test('the reminder ends when the microphone is unmuted', () => {
  const { clock, levels, microphone } = start();
  Object.assign(microphone, { db: -20, muted: true });
  levels.wake();
  clock.advance(1_000);
  microphone.muted = false;
  clock.advance(200);
  expect(levels.talkingWhileMuted).toBe(false);
  levels.close();
  expect(clock.waiting).toBe(0);
});

test('while two are directly connected it is told who speaks, after more than a cough and until a while after the last word', () => {
  const { clock, levels, microphone, told } = start();
  microphone.direct = true;
  microphone.db = -15;
  levels.wake();
  expect(told).toEqual([]);
  clock.advance(1_000);
  expect(told).toEqual([true]);
  clock.advance(10_000);
  microphone.db = -70;
  clock.advance(LIMITS.speechPauseMs - 500);
  expect(told).toEqual([true]);
  clock.advance(1_000);
  expect(told).toEqual([true, false]);
});

test('a microphone that is on is quiet when nothing was said for 5 s, until the first sound', () => {
  const { clock, levels, microphone, quiet } = start();
  levels.subscribe(() => undefined);
  microphone.db = -30;
  levels.wake();
  clock.advance(1_000);
  microphone.db = -70;
  clock.advance(4_900);
  expect(quiet).toEqual([]);
  clock.advance(200);
  expect(quiet).toEqual([true]);
  microphone.db = -45;
  clock.advance(100);
  expect(quiet).toEqual([true, false]);
});

test('a muted microphone is not quiet, nor one at which nobody looks any more', () => {
  const { clock, levels, microphone, quiet } = start();
  const stop = levels.subscribe(() => undefined);
  Object.assign(microphone, { db: -70, muted: true });
  levels.wake();
  clock.advance(10_000);
  expect(quiet).toEqual([]);
  microphone.muted = false;
  clock.advance(4_700);
  expect(quiet).toEqual([]);
  clock.advance(500);
  expect(quiet).toEqual([true]);
  stop();
  clock.advance(60_000);
  expect(quiet).toEqual([true, false]);
  // What was said meanwhile is not known.
  levels.subscribe(() => undefined);
  clock.advance(4_700);
  expect(quiet).toEqual([true, false]);
  clock.advance(500);
  expect(quiet).toEqual([true, false, true]);
});

test('who is muted does not speak, and is told to have stopped', () => {
  const { clock, levels, microphone, told } = start();
  microphone.direct = true;
  microphone.db = -15;
  levels.wake();
  clock.advance(1_000);
  microphone.muted = true;
  clock.advance(1_000);
  expect(told).toEqual([true, false]);
});

test("what was said of one's speech is said again when it may be lost, and not while the bridge listens", () => {
  const { clock, levels, microphone, told } = start();
  microphone.direct = true;
  microphone.db = -15;
  levels.wake();
  clock.advance(1_000);
  levels.caughtUp();
  clock.advance(1_000);
  expect(told).toEqual([true, true]);
  microphone.direct = false;
  clock.advance(10_000);
  expect(told).toEqual([true, true]);
});
