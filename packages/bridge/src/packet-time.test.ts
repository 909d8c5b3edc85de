import { describe, expect, it } from 'vitest';
import { packetTimeOf } from './packet-time.ts';

const timeOf = (ptime: string | number | null) =>
  packetTimeOf({
    codecs: [
      { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2, parameters: { ptime } },
    ],
  });

describe('packetTimeOf', () => {
  it('PT1 is what the parameters say', () => {
    expect([20, 40, 60].map(timeOf)).toEqual([20, 40, 60]);
    expect(timeOf('40')).toBe(40);
  });

  it('PT1 is 20 where nothing is said, or nothing that makes sense', () => {
    const codec = { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000 };
    expect(packetTimeOf({ codecs: [codec] })).toBe(20);
    expect(packetTimeOf({ codecs: [] })).toBe(20);
    expect([0, -40, 'long', null, ''].map(timeOf)).toEqual([20, 20, 20, 20, 20]);
  });

  it('PT1 is the next longer one, so that enough packets come until the next look, and 60 at most', () => {
    expect([3, 10, 21, 50, 120, 2_000_000_000].map(timeOf)).toEqual([20, 20, 40, 60, 60, 60]);
  });
});
