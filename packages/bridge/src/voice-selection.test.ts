import { expect, it } from 'vitest';
import { type SourceId, LIMITS, makeSourceId, participantId } from '@treff/protocol';
import { ManualClock } from '@treff/testing';
import type { Source } from './source.ts';
import { VoiceSelection } from './voice-selection.ts';

/** A conference with that many open microphones, and what becomes of them. */
function world(size: number) {
  const clock = new ManualClock();
  const told: string[] = [];
  const selection = new VoiceSelection({
    clock,
    readyChanged: () => void told.push('ready'),
    silencedChanged: (sources) => void told.push(`silenced ${sources.map(indexOf).join(' ')}`),
  });
  const sources = Array.from({ length: size }, (_, index): Source => {
    const owner = participantId.parse((index + 1).toString(16).padStart(8, '0'));
    const source = {
      id: makeSourceId(owner, 'microphone', 0),
      kind: 'microphone',
      owner,
      silenced: false,
      producer: { paused: false },
    };
    return source as unknown as Source;
  });
  const indexOf = (id: SourceId) => sources.findIndex((source) => source.id === id);
  for (const source of sources) selection.add(source);
  const take = () => told.splice(0);
  return { clock, selection, sources, take };
}

it('tells which microphones are ready, and which of these are silenced', () => {
  const { sources, selection, take } = world(LIMITS.voices + 1);
  expect(take()).toEqual([...Array.from({ length: LIMITS.voices }, () => 'ready'), 'silenced 12', 'ready']);
  expect(sources.filter(({ silenced }) => silenced)).toEqual(sources.slice(-1));
  expect(sources.every((source) => selection.isReady(source))).toBe(true);
});

it('lets in who is heard after those who are not', () => {
  const { clock, sources, selection, take } = world(LIMITS.voices + 1);
  take();
  clock.advance(1_000);
  const [first, last] = [sources[0], sources[LIMITS.voices]];
  if (first === undefined || last === undefined) throw new Error('too few');
  selection.hear({ [last.owner]: -20 });
  expect(take()).toEqual(['silenced 0 12']);
  expect([first.silenced, last.silenced]).toEqual([true, false]);
  selection.hear({ [participantId.parse('ffffffff')]: -20 });
  selection.hear({});
  expect(take()).toEqual([]);
});

it('decides again when the time has come, and nothing more once it is closed', () => {
  const { clock, sources, selection, take } = world(LIMITS.voices + 1);
  const [first] = sources;
  const last = sources[LIMITS.voices];
  if (first === undefined || last === undefined) throw new Error('too few');
  clock.advance(9_000);
  selection.switch(last.id, false);
  selection.switch(last.id, true);
  take();
  clock.advance(1_000);
  expect(take()).toEqual(['silenced 0 12']);
  selection.switch(first.id, false);
  take();
  expect(clock.pending).toBe(1);
  selection.close();
  clock.advance(600_000);
  selection.remove([first.id]);
  expect(take()).toEqual([]);
  expect(clock.pending).toBe(0);
});

it('has nothing to do with what is no microphone', () => {
  const { selection, take } = world(0);
  const music = { id: 'other', kind: 'screenAudio', silenced: false } as unknown as Source;
  selection.add(music);
  selection.switch(music.id, false);
  selection.remove([music.id]);
  expect(selection.isReady(music)).toBe(true);
  expect(take()).toEqual([]);
});
