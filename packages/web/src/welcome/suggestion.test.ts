import { normaliseRoomName } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { SUGGESTION_BITS, suggestRoomName } from './suggestion.ts';
import { WORDS } from './words.ts';

describe('a suggested room name', () => {
  it('has at least 64 bits of chance', () => {
    expect(SUGGESTION_BITS).toBeGreaterThanOrEqual(64);
    expect(new Set(WORDS).size).toBe(WORDS.length);
    expect(Number.isInteger(Math.log2(WORDS.length))).toBe(true);
  });

  it('is made of five words and four symbols', () => {
    expect(suggestRoomName()).toMatch(/^([a-z]{3,}-){5}[a-km-np-z2-9]{4}$/);
  });

  it('uses every random number it asked for', () => {
    const zero = suggestRoomName((numbers) => numbers.fill(0));
    for (let position = 0; position < 9; position++) {
      const other = suggestRoomName((numbers) => {
        numbers.fill(0);
        numbers[position] = 1;
        return numbers;
      });
      expect(other).not.toBe(zero);
    }
  });

  it('is a room name already', () => {
    for (let round = 0; round < 100; round++) {
      const name = suggestRoomName();
      expect(normaliseRoomName(name)).toBe(name);
    }
  });

  it('is another one each time', () => {
    expect(new Set(Array.from({ length: 1000 }, () => suggestRoomName())).size).toBe(1000);
  });
});
