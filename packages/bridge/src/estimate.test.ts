import { describe, expect, it } from 'vitest';
import { estimateOf, expectedBitrate, measuredBitrate } from './estimate.ts';

describe('how the way to a receiver is measured', () => {
  it('ES2 takes an estimate as it is where the network holds it down', () => {
    expect(estimateOf({ availableBitrate: 300_000, maxBitrate: 1_000_000 })).toBe(300_000);
  });

  it('ES2 allows half as much again where only what is sent holds it down', () => {
    expect(estimateOf({ availableBitrate: 1_000_000, maxBitrate: 1_000_000 })).toBe(1_500_000);
    expect(estimateOf({ availableBitrate: 960_000, maxBitrate: 1_000_000 })).toBe(1_440_000);
  });

  it('ES3 expects what the sender announced, or else what pictures of that size take', () => {
    expect(expectedBitrate(120_000, 720, 3)).toBe(120_000);
    expect(expectedBitrate(undefined, 720, 3)).toBe(150_000);
    expect(expectedBitrate(undefined, 1080, 1)).toBe(1_500_000);
    expect(expectedBitrate(undefined, 720, 2)).toBe(500_000);
    expect(expectedBitrate(undefined, undefined, 3)).toBe(150_000);
  });

  it('ES4 counts a higher rate at once, and a lower one step by step', () => {
    expect(measuredBitrate(100_000, 400_000)).toBe(400_000);
    expect(measuredBitrate(400_000, 50_000)).toBe(320_000);
    let rate = 400_000;
    for (let look = 0; look < 30; look++) rate = measuredBitrate(rate, 0);
    expect(rate).toBe(30_000);
  });
});
