import { participantId } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { clockText, isFound, rowsOf } from './rows.ts';

const [ann, ben, cem, dee] = ['a', 'b', 'c', 'd'].map((letter) => participantId.parse(letter.repeat(8)));
if (ann === undefined || ben === undefined || cem === undefined || dee === undefined) throw new Error('four');

const people = [
  { id: ann, displayName: 'Ann', isLocal: true },
  { id: ben, displayName: 'Ben', isLocal: false },
  { id: cem, displayName: '', isLocal: false },
];
const speaker = (participant: typeof ann, displayName: string, ms: number, speaks = false, left = false) => ({
  participant,
  displayName,
  ms,
  speaks,
  left,
});

describe('the table of speakers', () => {
  it('has everybody who is here, also who has not said a word, and who has left, longest first', () => {
    const rows = rowsOf(people, [speaker(cem, '', 900), speaker(dee, 'Dee', 500, false, true)], 0);
    expect(rows.map(({ id, ms, left }) => [id, ms, left])).toEqual([
      [cem, 900, false],
      [dee, 500, true],
      [ann, 0, false],
      [ben, 0, false],
    ]);
  });

  it('goes on counting whoever spoke when it was told, and nobody else', () => {
    const rows = rowsOf(people, [speaker(ann, 'Ann', 1_000), speaker(ben, 'Ben', 500, true)], 2_000);
    expect(rows.slice(0, 2).map(({ id, ms }) => [id, ms])).toEqual([
      [ben, 2_500],
      [ann, 1_000],
    ]);
  });

  it('calls people by the names that they have now', () => {
    expect(rowsOf(people, [speaker(ben, 'Benjamin', 5)], 0)[0]?.displayName).toBe('Ben');
  });

  it('has who just left, of whom the conference knows already, as gone', () => {
    const rows = rowsOf(people.slice(0, 1), [speaker(ben, 'Ben', 5)], 0);
    expect(rows[0]).toMatchObject({ id: ben, left: true });
  });
});

it('names are found by any part of them, without regard to case and accents', () => {
  expect(isFound('Élodie Marchand', ' elo')).toBe(true);
  expect(isFound('Élodie Marchand', 'MARCH')).toBe(true);
  expect(isFound('Élodie Marchand', 'ann')).toBe(false);
  expect(isFound('', '')).toBe(true);
});

it('times are shown as clocks do', () => {
  expect([0, 999, 65_000, 600_000, 3_607_000].map(clockText)).toEqual([
    '0:00',
    '0:00',
    '1:05',
    '10:00',
    '1:00:07',
  ]);
});
