import type { AudioSource } from '@treff/peer';
import { type SourceId, LIMITS } from '@treff/protocol';
import { ManualClock } from '@treff/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NativeMeeting, type NativeSeat } from './native-meeting.ts';

interface Person {
  readonly seat: NativeSeat;
  readonly voice: AudioSource;
  readonly voiceId: SourceId;
}

let clock: ManualClock;
let meeting: NativeMeeting;
let viewer: NativeSeat;
beforeEach(async () => {
  clock = new ManualClock();
  meeting = await NativeMeeting.open({ clock });
  viewer = await meeting.join();
});
afterEach(() => meeting.close());

/** Somebody with a microphone that sends all the time, and in which nothing is heard; a moment after who came before. */
async function come(paused = false): Promise<Person> {
  const seat = await meeting.join();
  const voice = seat.peer.audio();
  voice.level = -127;
  const voiceId = await seat.publish(voice, 'microphone', { paused });
  clock.advance(1);
  return { seat, voice, voiceId };
}

async function comeMany(count: number): Promise<Person[]> {
  const people: Person[] = [];
  for (let index = 0; index < count; index++) people.push(await come());
  return people;
}

/** Which of these people's packets come, while a dozen of one of them do. */
async function heardOf(people: readonly Person[], marker: Person): Promise<number[]> {
  const packets = () => people.map(({ voiceId }) => viewer.find(voiceId)?.receiver.packets ?? 0);
  const before = packets();
  await viewer.receive(marker.voiceId, 12);
  return packets().flatMap((count, index) => (count > (before[index] ?? 0) ? [index] : []));
}

/** Waits until exactly the packets of these people come. */
async function untilHeard(people: readonly Person[], wanted: readonly number[]): Promise<void> {
  const marker = people[wanted[0] ?? 0];
  if (marker === undefined) throw new Error('nobody is wanted');
  let heard: number[] = [];
  for (let attempt = 0; attempt < 30; attempt++) {
    heard = await heardOf(people, marker);
    if (heard.join(' ') === wanted.join(' ')) return;
  }
  expect(heard).toEqual(wanted);
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

describe('15 open microphones', () => {
  it('are heard as far as they are warm, and a newcomer who speaks is, in place of the longest silent', async () => {
    const people = await comeMany(15);
    await untilHeard(people, range(0, LIMITS.voices));
    const [first, , , talking] = people;
    const newcomer = people[13];
    if (first === undefined || talking === undefined || newcomer === undefined) throw new Error('too few');
    const consumer = viewer.find(newcomer.voiceId)?.consumer.id;
    expect(consumer).toBeDefined();

    clock.advance(1_000);
    newcomer.voice.level = -10;
    await untilHeard(people, [...range(1, 12), 13]);
    // Nobody had to negotiate for that.
    expect(viewer.find(newcomer.voiceId)?.consumer.id).toBe(consumer);
    expect(viewer.find(first.voiceId)).toBeDefined();
    newcomer.voice.level = -127;

    clock.advance(1_000);
    first.voice.level = -10;
    await untilHeard(people, [0, ...range(2, 12), 13]);
    await newcomer.seat.receive(first.voiceId);
    expect(first.seat.find(first.voiceId)).toBeUndefined();
  });

  it('leave what a shared screen plays alone', async () => {
    const people = await comeMany(14);
    const sound = await people[13]?.seat.publish(people[13].seat.peer.audio(), 'screenAudio');
    if (sound === undefined) throw new Error('nobody shares');
    await untilHeard(people, range(0, LIMITS.voices));
    await viewer.receive(sound);
  });
});

describe('a microphone in a large room', () => {
  it('has no consumers until it is switched on, and then comes in place of one that was silent for 10 s', async () => {
    const people = await comeMany(12);
    const late = await come(true);
    people.push(late);
    await untilHeard(people, range(0, 12));
    expect(viewer.find(late.voiceId)).toBeUndefined();

    clock.advance(10_000);
    await late.seat.pause(late.voiceId, false);
    await untilHeard(people, range(1, 13));
    expect(viewer.refusals).toEqual([]);
  });

  it('is not heard any more when it is muted, whoever waited is, and that stays so', async () => {
    const people = await comeMany(13);
    await untilHeard(people, range(0, 12));
    const [first] = people;
    await first?.seat.pause(first.voiceId, true);
    await untilHeard(people, range(1, 13));
    await first?.seat.pause(first.voiceId, false);
    await untilHeard(people, range(1, 13));
  });
});
