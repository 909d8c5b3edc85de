import { describe, expect, it } from 'vitest';
import { WayEstimate, bandwidthReport, expectedBitrate, measuredBitrate } from './estimate.ts';

/** A way and its reports, one a second. */
function world() {
  const way = new WayEstimate();
  let now = 0;
  /** The estimate after that many seconds with this report. */
  const after = (seconds: number, availableBitrate: number, maxBitrate = 4_000_000) => {
    for (let second = 0; second < seconds; second++) {
      now += 1_000;
      way.take({ availableBitrate, maxBitrate }, now);
    }
    return way.bitrate;
  };
  return { way, after };
}

describe('how the way to a receiver is measured', () => {
  it('ES1 knows no limit without reports', () => {
    expect(new WayEstimate().bitrate).toBeUndefined();
  });

  it('ES2 knows no limit while congestion control looks, nor while it finds all', () => {
    const { after } = world();
    expect(after(6, 1_000_000)).toBeUndefined();
    expect(after(1, 3_900_000)).toBeUndefined();
    expect(after(60, 3_900_000)).toBeUndefined();
    expect(after(6, 3_900_000, 8_000_000)).toBeUndefined();
  });

  it('ES2 believes an estimate that does not rise any more', () => {
    const { after } = world();
    expect(after(8, 1_000_000)).toBe(1_000_000);
    expect(after(1, 1_200_000)).toBe(1_200_000);
  });

  it('ES3 believes one that has fallen, if it stays down', () => {
    const { after } = world();
    after(10, 1_000_000, 1_000_000);
    expect(after(2, 300_000)).toBeUndefined();
    expect(after(1, 990_000, 1_000_000)).toBeUndefined();
    expect(after(3, 300_000)).toBe(300_000);
    expect(after(1, 100_000)).toBe(300_000);
    expect(after(3, 100_000)).toBe(100_000);
  });

  it('ES3 believes a deep fall at the second report', () => {
    const { after } = world();
    after(10, 1_000_000, 1_000_000);
    expect(after(1, 240_000)).toBeUndefined();
    expect(after(1, 990_000, 1_000_000)).toBeUndefined();
    expect(after(1, 240_000)).toBeUndefined();
    expect(after(1, 120_000)).toBe(240_000);
    // It goes on, and what comes of it counts at once.
    expect(after(1, 60_000)).toBe(120_000);
    expect(after(1, 200_000)).toBe(200_000);
    expect(after(3, 150_000)).toBe(150_000);
    // Then dips are dips again.
    expect(after(2, 150_000)).toBe(150_000);
    expect(after(2, 80_000)).toBe(150_000);
    expect(after(1, 80_000)).toBe(80_000);
  });

  it('ES8 takes the least of 3 s for steady, and none where no limit is known', () => {
    const { way, after } = world();
    after(10, 1_000_000, 1_000_000);
    expect(way.steady).toBeUndefined();
    after(4, 300_000);
    expect([way.bitrate, way.steady]).toEqual([300_000, 300_000]);
    after(1, 500_000);
    expect([way.bitrate, way.steady]).toEqual([500_000, 300_000]);
    after(2, 450_000);
    expect(way.steady).toBe(450_000);
  });

  it('ES4 tries everything again later and later', () => {
    const { after } = world();
    const waits: number[] = [];
    for (let round = 0; round < 6; round++) {
      after(10, 300_000);
      let waited = 0;
      while (after(1, 1_000_000, 1_000_000) !== undefined) waited += 1;
      waits.push(waited);
    }
    expect(waits).toEqual(waits.toSorted((one, other) => one - other));
    expect(waits[0]).toBeLessThan(10);
    expect(waits.at(-1)).toBeGreaterThan(100);
    expect(waits.at(-1)).toBeLessThan(120);
  });

  it('ES4 forgets limits after a minute without one', () => {
    const { after } = world();
    for (let round = 0; round < 4; round++) {
      after(10, 300_000);
      after(90, 1_000_000, 1_000_000);
    }
    after(10, 300_000);
    after(8, 1_000_000, 1_000_000);
    expect(after(2, 1_000_000, 1_000_000)).toBeUndefined();
  });

  it('ES7 knows nothing of another way, nor of the same one after a break', () => {
    const { way, after } = world();
    for (let round = 0; round < 4; round++) after(40, 100_000);
    expect(after(1, 100_000)).toBe(100_000);
    way.forget();
    expect(after(6, 100_000)).toBeUndefined();
    // And what it finds then it believes no longer than a first time.
    after(3, 100_000);
    expect(after(12, 1_000_000, 1_000_000)).toBeUndefined();
  });

  it('ES5 expects what the sender announced, or else what pictures of that size take', () => {
    const camera = { kind: 'camera', announced: undefined, height: 180 } as const;
    expect(expectedBitrate({ ...camera, announced: 120_000 })).toBe(120_000);
    expect(expectedBitrate({ ...camera, announced: 1 })).toBe(30_000);
    expect(expectedBitrate(camera)).toBe(150_000);
    expect(expectedBitrate({ ...camera, height: 360 })).toBe(500_000);
    expect(expectedBitrate({ ...camera, height: 720 })).toBe(1_500_000);
  });

  it('ES5 expects of a screen what a page takes', () => {
    const screen = { kind: 'screen', announced: 2_500_000, height: 1_080 } as const;
    expect(expectedBitrate(screen)).toBe(500_000);
    expect(expectedBitrate({ ...screen, announced: 200_000 })).toBe(200_000);
  });

  it('ES6 counts a higher rate at once, and a lower one step by step', () => {
    expect(measuredBitrate(undefined, 50_000)).toBe(50_000);
    expect(measuredBitrate(100_000, 400_000)).toBe(400_000);
    expect(measuredBitrate(400_000, 50_000)).toBe(320_000);
    let rate = 400_000;
    for (let look = 0; look < 30; look++) rate = measuredBitrate(rate, 0);
    expect(rate).toBe(30_000);
  });

  it('ES1 takes nothing for a report that is none', () => {
    for (const info of [
      undefined,
      null,
      {},
      { availableBitrate: 1 },
      { availableBitrate: '1', maxBitrate: 1 },
    ])
      expect(bandwidthReport(info)).toBeUndefined();
    const report = { availableBitrate: 1, maxBitrate: 2 };
    expect(bandwidthReport({ ...report, desiredBitrate: 3 })).toEqual(report);
  });
});
