import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Wheel } from './wheel.ts';

describe('Wheel', () => {
  it('holds every pace on average, however unevenly it is driven', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 5, max: 900, noNaN: true }),
        fc.double({ min: 0, max: 900, noNaN: true }),
        fc.array(fc.double({ min: 0.1, max: 15, noNaN: true }), { minLength: 400, maxLength: 600 }),
        (intervalMs, firstMs, steps) => {
          const wheel = new Wheel(0);
          const dues: number[] = [];
          wheel.every(intervalMs, firstMs, (nowMs, dueMs) => {
            expect(dueMs).toBeLessThanOrEqual(nowMs + 4);
            dues.push(dueMs);
          });
          let now = 0;
          for (const step of steps) wheel.advance((now += step));
          const expected = Math.max(0, (now - firstMs) / intervalMs);
          expect(Math.abs(dues.length - expected)).toBeLessThanOrEqual(2);
          for (const [index, due] of dues.entries()) expect(due).toBeCloseTo(firstMs + index * intervalMs, 6);
        },
      ),
    );
  });

  it('does not make up for everything after it stood still', () => {
    const wheel = new Wheel(0);
    let rounds = 0;
    wheel.every(20, 0, () => (rounds += 1));
    wheel.advance(10);
    wheel.advance(60_000);
    for (let now = 60_000; now < 60_200; now += 4) wheel.advance(now);
    expect(rounds).toBeGreaterThan(8);
    expect(rounds).toBeLessThan(20);
  });

  it('stops a pace when told, also in the midst of its own round', () => {
    const wheel = new Wheel(0);
    let rounds = 0;
    const stop = wheel.every(10, 0, () => {
      rounds += 1;
      stop();
    });
    for (let now = 0; now < 100; now += 5) wheel.advance(now);
    expect(rounds).toBe(1);
  });

  it('refuses an interval that it cannot hold', () => {
    const wheel = new Wheel(0);
    for (const interval of [0, -1, Number.NaN, 5_000])
      expect(() => wheel.every(interval, 0, () => undefined)).toThrow(RangeError);
  });
});
