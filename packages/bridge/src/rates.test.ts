import { expect, it } from 'vitest';
import { lowestOf } from './rates.ts';

it('ES6 takes the least of the streams of simulcast that are sent for the lowest layer', () => {
  expect(
    lowestOf([
      { bitrate: 0, bitrateByLayer: {} },
      { bitrate: 150_000, bitrateByLayer: {} },
      { bitrate: 1_500_000, bitrateByLayer: {} },
    ]),
  ).toBe(150_000);
});

it('ES6 takes of SVC, which is one stream, the lowest spatial layer with all its frames', () => {
  const bitrateByLayer = { '0.0': 60_000, '0.1': 90_000, '0.2': 120_000, '1.0': 300_000, '2.2': 1_400_000 };
  expect(lowestOf([{ bitrate: 1_400_000, bitrateByLayer }])).toBe(120_000);
});

it('knows nothing while nothing is sent', () => {
  expect(lowestOf([])).toBeUndefined();
  expect(lowestOf([{ bitrate: 0, bitrateByLayer: { '0.0': 0 } }])).toBeUndefined();
});
