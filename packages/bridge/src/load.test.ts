import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IDLE, LOAD_LIMITS, type Load, loadOfJoining, measureLoad, shareOfDelay, strictest } from './load.ts';

/** Measures the same so many times, once a second from `from` on. */
function measured(before: Load, share: number, times: number, from = 0): Load {
  let load = before;
  for (let second = 0; second < times; second++) load = measureLoad(load, share, (from + second) * 1_000);
  return load;
}

const SHARES = fc.array(fc.double({ min: 0, max: 1.2, noNaN: true }), { maxLength: 200 });
const LEVELS = ['normal', 'busy', 'overloaded', 'full'];
const at = (level: Load['level'], share = 0): Load => ({ ...IDLE, level, share });

describe('load', () => {
  it('LO1 is what was measured, smoothed', () => {
    const once = measureLoad(IDLE, 1, 0);
    expect(once.share).toBeGreaterThan(0);
    expect(once.share).toBeLessThan(0.6);
    expect(measured(IDLE, 0.5, 60).share).toBeCloseTo(0.5);
    fc.assert(
      fc.property(SHARES, (shares) => {
        let load = IDLE;
        for (const [second, share] of shares.entries()) load = measureLoad(load, share, second * 1_000);
        expect(load.share).toBeGreaterThanOrEqual(0);
        expect(load.share).toBeLessThanOrEqual(Math.max(0, ...shares));
      }),
    );
  });

  it('LO2 rises to the level that is reached, however far', () => {
    expect(measured(IDLE, 0.5, 60).level).toBe('normal');
    expect(measured(IDLE, 0.7, 60).level).toBe('busy');
    expect(measured(IDLE, 0.85, 60).level).toBe('overloaded');
    expect(measured(IDLE, 1, 60).level).toBe('full');
    expect(measureLoad(at('normal', 0.89), 1, 0).level).toBe('full');
  });

  it('LO3 falls by one level when it was clearly below for 15 s without a break', () => {
    const full = measured(IDLE, 1, 60);
    const a = measured(full, 0, 10, 60);
    expect(a.level).toBe('full');
    const b = measured(a, 0, 10, 70);
    expect(b.level).toBe('overloaded');
    expect(measured(b, 0, 60, 80).level).toBe('normal');
    // A peak in between begins the wait anew.
    const peak = measureLoad({ ...a, share: 0.8 }, 1, 70_000);
    expect(measured(peak, 0, 10, 71).level).toBe('full');
  });

  it('LO3 stays where it is while it moves about a threshold', () => {
    let load = measured(IDLE, 0.85, 60);
    for (let second = 0; second < 600; second++)
      load = measureLoad(load, second % 2 === 0 ? 0.84 : 0.7, (60 + second) * 1_000);
    expect(load.level).toBe('overloaded');
  });

  it('LO3 returns to normal once there is nothing to do', () => {
    fc.assert(
      fc.property(SHARES, (shares) => {
        let load = IDLE;
        for (const [second, share] of shares.entries()) load = measureLoad(load, share, second * 1_000);
        expect(measured(load, 0, 600, shares.length).level).toBe('normal');
      }),
    );
  });

  it('LO4 of the main thread follows from how late its event loop is', () => {
    expect(shareOfDelay(0)).toBe(0);
    expect(shareOfDelay(-3)).toBe(0);
    expect(shareOfDelay(100)).toBe(0.5);
  });

  it('LO5 of joining is that of the worker with the least to do, or of the main thread if that is higher', () => {
    expect(loadOfJoining([at('full', 0.95), at('busy', 0.7)], IDLE)).toEqual(at('busy', 0.7));
    expect(loadOfJoining([at('full', 0.95), at('normal', 0.1)], at('overloaded', 0.8)).level).toBe(
      'overloaded',
    );
    expect(loadOfJoining([at('full', 0.95), at('full', 0.97)], IDLE).share).toBe(0.95);
    expect(loadOfJoining([], IDLE)).toEqual(IDLE);
  });

  it('LO6 lowers how many pictures are forwarded and how tall, the more the higher, and the strictest counts', () => {
    const limits = LEVELS.map((level) => LOAD_LIMITS[level as Load['level']]);
    for (const [index, { lastN, maxHeight }] of limits.entries()) {
      const next = limits[index + 1];
      if (next === undefined) continue;
      expect(next.maxHeight).toBeLessThanOrEqual(maxHeight);
      expect(next.lastN < 0 ? Infinity : next.lastN).toBeLessThanOrEqual(lastN < 0 ? Infinity : lastN);
    }
    expect(strictest([])).toEqual({ lastN: -1, maxHeight: Infinity });
    expect(
      strictest([
        { lastN: -1, maxHeight: 360 },
        { lastN: 0, maxHeight: Infinity },
      ]),
    ).toEqual({
      lastN: 0,
      maxHeight: 360,
    });
  });

  it('LO9 lasts longer each time when it comes back soon after it ended', () => {
    /** Falls to nothing, and rises again as soon as the level has ended: how long each lasts. */
    let load = measured(IDLE, 0.7, 30);
    let now = 30;
    const lasted = Array.from({ length: 5 }, () => {
      const begin = now;
      while (load.level === 'busy') load = measureLoad(load, 0, now++ * 1_000);
      const seconds = now - begin;
      while (load.level === 'normal') load = measureLoad(load, 0.9, now++ * 1_000);
      return seconds;
    });
    expect(lasted.map((seconds) => Math.round(seconds / 10))).toEqual([2, 3, 6, 12, 12]);
    load = measured(load, 0, 300, now);
    load = measured(load, 0.7, 30, now + 300);
    expect(measured(load, 0, 20, now + 330).level).toBe('normal');
  });

  it('LO8 makes cameras smaller first, and withholds none for it', () => {
    expect(LOAD_LIMITS.normal).toEqual({ lastN: -1, maxHeight: Infinity });
    expect(LOAD_LIMITS.busy).toEqual({ lastN: -1, maxHeight: 480 });
  });
});
