import { describe, expect, test } from 'vitest';
import { figuresIn } from './figures.ts';

/** With ordinary spaces. */
const plain = (text: string | undefined) => text?.replaceAll('\u00a0', ' ');

describe('figures of a connection', () => {
  const english = figuresIn('en');
  const german = figuresIn('de');

  test('rates are in the unit in which they have few digits', () => {
    expect(
      [0, 64_321, 999_499, 999_500, 2_345_678].map((rate) => plain(english.bitsPerSecond(rate))),
    ).toEqual(['0 kbit/s', '64 kbit/s', '999 kbit/s', '1.0 Mbit/s', '2.3 Mbit/s']);
  });

  test('loss shows tenths of a percent where they matter', () => {
    expect([0, 0.0042, 0.05, 0.333, 1].map((share) => english.percent(share))).toEqual([
      '0%',
      '0.4%',
      '5%',
      '33%',
      '100%',
    ]);
  });

  test('German has a comma, and a space before the sign', () => {
    expect(plain(german.bitsPerSecond(2_345_678))).toBe('2,3 Mbit/s');
    expect(plain(german.percent(0.0042))).toBe('0,4 %');
  });

  test('round trips are whole milliseconds, sizes width by height', () => {
    expect(plain(english.milliseconds(23.6))).toBe('24 ms');
    expect(plain(english.size({ width: 1280, height: 720 }))).toBe('1280 × 720');
  });

  test('what is not known is not invented', () => {
    expect([
      english.milliseconds(undefined),
      english.bitsPerSecond(undefined),
      english.percent(undefined),
    ]).toEqual(['–', '–', '–']);
    expect(english.size({ width: 1280, height: undefined })).toBeUndefined();
  });
});
