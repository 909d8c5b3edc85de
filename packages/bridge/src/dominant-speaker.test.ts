import { expect, it } from 'vitest';
import { DominantSpeaker } from './dominant-speaker.ts';

it('is nobody while all are silent, whoever was chosen', () => {
  const speaker = new DominantSpeaker();
  speaker.choose('ann');
  for (let look = 0; look < 5; look++) expect(speaker.look([])).toBeUndefined();
});

it('is who was chosen, once, as soon as that one is heard', () => {
  const speaker = new DominantSpeaker();
  speaker.choose('ann');
  expect(speaker.look(['ben', 'ann'])).toBe('ann');
  expect(speaker.look(['ann'])).toBeUndefined();
  speaker.choose('ben');
  expect(speaker.look(['ben'])).toBe('ben');
  speaker.choose('ann');
  expect(speaker.look(['ben', 'ann'])).toBe('ann');
});

it('stays while pausing for breath', () => {
  const speaker = new DominantSpeaker();
  speaker.choose('ann');
  expect(speaker.look(['ann'])).toBe('ann');
  for (const audible of [['ben'], ['ben'], ['ben', 'ann'], ['ben'], []]) {
    expect(speaker.look(audible)).toBeUndefined();
  }
});

it('is who plays a steady sound while the chosen one is silent, until that one is heard', () => {
  const speaker = new DominantSpeaker();
  speaker.choose('ann');
  expect(speaker.look(['ben'])).toBeUndefined();
  expect(speaker.look(['ben'])).toBeUndefined();
  expect(speaker.look(['ben', 'cem'])).toBe('ben');
  expect(speaker.look(['ben'])).toBeUndefined();
  expect(speaker.look(['ben', 'ann'])).toBe('ann');
});

it('is not who is loudest only now and then', () => {
  const speaker = new DominantSpeaker();
  for (const voice of ['ann', 'ben', 'ann', 'ben', 'ben', 'ann', 'ann']) {
    expect(speaker.look([voice])).toBeUndefined();
  }
  expect(speaker.look(['ann'])).toBe('ann');
});

it('PT4 is who was the loudest in three looks of their own, whoever is looked at in between', () => {
  const speaker = new DominantSpeaker();
  const [own, others] = [new Set(['ann']), new Set(['ben'])];
  expect(speaker.look(['ann', 'ben'], own)).toBeUndefined();
  expect(speaker.look(['ann', 'ben'], others)).toBeUndefined();
  expect(speaker.look(['ann', 'ben'], own)).toBeUndefined();
  expect(speaker.look(['ann', 'ben'], others)).toBeUndefined();
  expect(speaker.look(['ann', 'ben'], own)).toBe('ann');
});

it('is told again when who dominated left and came back', () => {
  const speaker = new DominantSpeaker();
  speaker.choose('ann');
  expect(speaker.look(['ann'])).toBe('ann');
  speaker.forget('ann');
  expect(speaker.look(['ann'])).toBeUndefined();
  speaker.choose('ann');
  expect(speaker.look(['ann'])).toBe('ann');
});
