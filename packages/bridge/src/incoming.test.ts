import { expect, it } from 'vitest';
import { incomingBitrate } from './incoming.ts';

it('CA6 accepts three layers and a screen of whoever has no cap, and more where cameras are taller', () => {
  expect(incomingBitrate({}, [])).toBe(10_000_000);
  expect(incomingBitrate({ maxHeight: 720 }, ['camera', 'screen'])).toBe(10_000_000);
  expect(incomingBitrate({ maxHeight: 2_160 }, [])).toBe(20_000_000);
});

it('CA6 accepts what a capped camera takes, and a screen only while there is one', () => {
  const caps = { maxBitrate: 1_000_000 };
  const alone = incomingBitrate(caps, ['camera', 'microphone']);
  expect(alone).toBeGreaterThanOrEqual(1_200_000);
  expect(alone).toBeLessThan(2_000_000);
  expect(incomingBitrate(caps, [])).toBe(alone);
  expect(incomingBitrate(caps, ['camera', 'screen'])).toBeGreaterThanOrEqual(alone + 2_500_000);
});
