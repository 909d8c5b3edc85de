import { describe, expect, it } from 'vitest';
import { expiryOf, localTime, timeOf } from './times.ts';

/** As the clock on the wall says, wherever this runs. */
const local = (...parts: [number, number, number, number, number, number?]) => new Date(...parts).getTime();

describe('a field for a date and a time', () => {
  it('holds the time on the wall to the minute', () => {
    expect(localTime(local(2026, 2, 9, 7, 5))).toBe('2026-03-09T07:05');
    expect(localTime(undefined)).toBe('');
  });

  it('means that time', () => {
    expect(timeOf('2026-03-09T07:05')).toBe(local(2026, 2, 9, 7, 5));
    expect(timeOf('')).toBeUndefined();
    expect(timeOf('soon')).toBeUndefined();
  });

  it('keeps the seconds of what was left alone', () => {
    const before = local(2026, 2, 9, 23, 59, 59);
    expect(timeOf(localTime(before), before)).toBe(before);
    expect(timeOf('2026-03-09T23:58', before)).toBe(local(2026, 2, 9, 23, 58));
    expect(timeOf('', before)).toBeUndefined();
  });
});

describe('an invitation', () => {
  const now = local(2026, 0, 31, 9, 30);

  it.each([
    ['day', local(2026, 1, 1, 9, 30)],
    ['week', local(2026, 1, 7, 9, 30)],
    ['month', local(2026, 1, 28, 9, 30)],
  ] as const)('of a %s expires at the same time of day', (expiry, at) => {
    expect(expiryOf(expiry, '', now)).toBe(at);
  });

  it('expires in the same month of the next year when that is what was chosen', () => {
    expect(expiryOf('month', '', local(2026, 11, 15, 9, 30))).toBe(local(2027, 0, 15, 9, 30));
    expect(expiryOf('date', '2027-01-31T10:00', now)).toBe(local(2027, 0, 31, 10, 0));
    expect(expiryOf('date', '', now)).toBeUndefined();
  });
});
