import { LIMITS } from '@treff/protocol';
import { expect, test } from 'vitest';
import { fittingName } from './display-name.ts';

test('trims, and cuts to what the server takes', () => {
  expect(fittingName('  Ann  ')).toBe('Ann');
  expect(fittingName('')).toBe('');
  expect(fittingName('a'.repeat(10_000))).toBe('a'.repeat(LIMITS.displayNameLength));
});

test('does not cut a character in two', () => {
  const family = '👨‍👩‍👧';
  const name = fittingName(family.repeat(20));
  expect(name).toBe(family.repeat(Math.floor(LIMITS.displayNameLength / family.length)));
});
