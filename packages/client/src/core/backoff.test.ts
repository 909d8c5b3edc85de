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

test.each([1, 3, 10, 45])(
  'everybody is back within 10 s of a server that was away for %d s, and no crowd comes in one instant',
  (awaySeconds) => {
    const random = lots();
    const back = awaySeconds * 1_000;
    const arrivals = Array.from({ length: 200 }, () => {
      // All sockets break together; each attempt fails at once until the server is there.
      let at = 0;
      for (let failures = 0; at < back; failures++) at += backoffMs(failures, random());
      return at - back;
    });
    expect(Math.max(...arrivals)).toBeLessThan(10_000);
    const inOneInstant = arrivals.map((from) => arrivals.filter((at) => at >= from && at < from + 50).length);
    expect(Math.max(...inOneInstant)).toBeLessThan(60);
  },
);

/** Evenly drawn, and the same in each run (Park and Miller's generator). */
function lots(): () => number {
  let state = 1;
  return () => (state = (state * 48_271) % 0x7fff_ffff) / 0x7fff_ffff;
}
