import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Strikes, TokenBucket } from './rate.ts';

describe('TokenBucket', () => {
  it('gives its burst at once and then as many as time brings', () => {
    const bucket = new TokenBucket({ burst: 3, perSecond: 2, now: 1_000 });
    expect([1, 2, 3, 4].map(() => bucket.take(1_000))).toEqual([true, true, true, false]);
    expect(bucket.take(1_499)).toBe(false);
    expect(bucket.take(1_500)).toBe(true);
    expect(bucket.take(1_500)).toBe(false);
  });

  it('says how long to wait for the next one', () => {
    const bucket = new TokenBucket({ burst: 1, perSecond: 2, now: 1_000 });
    expect(bucket.wait(1_000)).toBe(0);
    bucket.take(1_000);
    expect(bucket.wait(1_000)).toBe(500);
    expect(bucket.wait(1_400)).toBe(100);
    expect(bucket.take(1_499)).toBe(false);
    expect(bucket.wait(1_500)).toBe(0);
    expect(bucket.take(1_500)).toBe(true);
  });

  it('never holds more than its burst, however long nobody took', () => {
    const bucket = new TokenBucket({ burst: 2, perSecond: 100, now: 0 });
    expect([1, 2, 3].map(() => bucket.take(1e9))).toEqual([true, true, false]);
  });

  it('never gives more than burst plus rate times time, in any sequence', () => {
    const steps = fc.array(fc.nat(500), { maxLength: 300 });
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 100 }),
        (gaps, burst, perSecond) => {
          const bucket = new TokenBucket({ burst, perSecond, now: 0 });
          let now = 0;
          let taken = 0;
          for (const gap of gaps) {
            now += gap;
            if (bucket.take(now)) taken++;
          }
          expect(taken).toBeLessThanOrEqual(burst + (now / 1_000) * perSecond + 1e-6);
        },
      ),
    );
  });

  it('is not filled by a clock that jumps back', () => {
    const bucket = new TokenBucket({ burst: 1, perSecond: 1, now: 5_000 });
    expect(bucket.take(5_000)).toBe(true);
    expect(bucket.take(0)).toBe(false);
    expect(bucket.take(5_500)).toBe(false);
  });
});

describe('Strikes', () => {
  it('are out at the limit within the window', () => {
    const strikes = new Strikes({ limit: 3, windowMs: 1_000 });
    expect([0, 10, 20].map((now) => strikes.add(now))).toEqual([false, false, true]);
  });

  it('are forgiven when the window has passed', () => {
    const strikes = new Strikes({ limit: 3, windowMs: 1_000 });
    expect([0, 600, 1_001, 1_601].map((now) => strikes.add(now))).toEqual([false, false, false, false]);
    expect(strikes.add(1_602)).toBe(true);
  });
});
