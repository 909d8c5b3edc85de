import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test('waits double from 0.2 s to 5 s', () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 60, 5_000].map((failures) =>
    Math.round(backoffMs(failures, 0.999_999)),
  );
  expect(longest).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000, 5_000]);
});

test('the upper half of each wait is drawn by lot', () => {
  expect(backoffMs(0, 0)).toBe(100);
  expect(backoffMs(60, 0)).toBe(2_500);
  expect(backoffMs(0, 0.5)).toBe(150);
});
