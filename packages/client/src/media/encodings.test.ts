import { expect, test } from 'vitest';
import { asTrack, FakeTrack } from '../../test/fake-media.ts';
import {
  directEncoding,
  encodingsOf,
  layeredEncodings,
  simulcastEncodings,
  simulcastLayers,
} from './encodings.ts';

test.each([
  [1920, 1080, 3],
  [1280, 720, 3],
  [960, 540, 3],
  [800, 450, 2],
  [640, 360, 2],
  [480, 270, 2],
  [320, 180, 1],
  [160, 90, 1],
])('a picture of %i by %i has %i layers, upright too', (width, height, layers) => {
  expect(simulcastLayers(width, height)).toBe(layers);
  expect(simulcastLayers(height, width)).toBe(layers);
});

test('a 720p camera sends a quarter, half and full size', () => {
  expect(simulcastEncodings(1280, 720)).toEqual([
    { scaleResolutionDownBy: 4, maxBitrate: 150_000 },
    { scaleResolutionDownBy: 2, maxBitrate: 500_000 },
    { scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
  ]);
});

test('the last encoding is always full size, and each costs more than the one below', () => {
  for (const [width, height] of [
    [3840, 2160],
    [1920, 1080],
    [1280, 720],
    [640, 480],
    [640, 360],
    [480, 270],
    [320, 180],
    [1, 1],
  ] as const) {
    const encodings = simulcastEncodings(width, height);
    expect(encodings.at(-1)?.scaleResolutionDownBy).toBe(1);
    const rates = encodings.map((encoding) => encoding.maxBitrate);
    expect(rates).toEqual(rates.toSorted((one, other) => one - other));
    expect(new Set(rates).size).toBe(rates.length);
  }
});

test('a screen is sent once and in full, a camera of the same size in layers', () => {
  const track = asTrack(new FakeTrack('video', { width: 1920, height: 1080 }));
  const vp8 = { codec: 'VP8', layered: false } as const;
  expect(encodingsOf('screen', track, vp8)).toEqual([{ scaleResolutionDownBy: 1, maxBitrate: 2_500_000 }]);
  expect(encodingsOf('camera', track, vp8)).toHaveLength(3);
  expect(encodingsOf('camera', track, { ...vp8, codec: 'H264' })).toHaveLength(3);
});

test('a codec with layers sends a camera in one stream that has them, or, where the browser cannot, in full', () => {
  const track = asTrack(new FakeTrack('video', { width: 1280, height: 720 }));
  expect(encodingsOf('camera', track, { codec: 'VP9', layered: true })).toEqual([
    { scaleResolutionDownBy: 1, maxBitrate: 1_700_000, scalabilityMode: 'L3T3_KEY' },
  ]);
  expect(encodingsOf('camera', track, { codec: 'VP9', layered: false })).toEqual([
    { scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
  ]);
  expect(encodingsOf('screen', track, { codec: 'AV1', layered: true })).toEqual([
    { scaleResolutionDownBy: 1, maxBitrate: 2_500_000, scalabilityMode: 'L1T1' },
  ]);
});

test('fewer layers of one stream are a smaller picture, with the sizes and bits that simulcast would have', () => {
  expect(layeredEncodings(1280, 720).map(({ scalabilityMode }) => scalabilityMode)).toEqual([
    'L1T3',
    'L2T3_KEY',
    'L3T3_KEY',
  ]);
  for (const [width, height] of [
    [1280, 720],
    [640, 360],
    [320, 180],
  ] as const) {
    const sizes = layeredEncodings(width, height).map(({ scaleResolutionDownBy, maxBitrate }) => ({
      scaleResolutionDownBy,
      maxBitrate,
    }));
    expect(sizes).toEqual(simulcastEncodings(width, height));
  }
});

test('on a direct connection there is one encoding of full size, which may take more than over the bridge', () => {
  const direct = (kind: 'camera' | 'screen', width: number, height: number) =>
    directEncoding(kind, asTrack(new FakeTrack('video', { width, height })));
  expect(direct('camera', 1280, 720)).toEqual({ scaleResolutionDownBy: 1, maxBitrate: 2_500_000 });
  expect(direct('camera', 640, 360).maxBitrate).toBeLessThan(1_000_000);
  expect(direct('screen', 320, 180)).toEqual({ scaleResolutionDownBy: 1, maxBitrate: 2_500_000 });
});
