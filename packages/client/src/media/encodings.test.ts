import { describe, expect, test } from 'vitest';
import { asTrack, FakeTrack } from '../../test/fake-media.ts';
import {
  directEncoding,
  encodingsOf,
  layeredEncodings,
  publishedSize,
  simulcastEncodings,
  wantedEncodings,
} from './encodings.ts';

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

describe('a cap', () => {
  const sizes = (encodings: readonly { scaleResolutionDownBy?: number; maxBitrate?: number }[]) =>
    encodings.map(({ scaleResolutionDownBy, maxBitrate }) => [scaleResolutionDownBy, maxBitrate]);
  const hd = asTrack(new FakeTrack('video', { width: 1280, height: 720 }));
  const upright = asTrack(new FakeTrack('video', { width: 720, height: 1280 }));

  test('on lines makes of a camera one that captures no more, held upright, too', () => {
    const capped = [
      [3, 150_000],
      [1.5, 700_000],
    ];
    expect(sizes(simulcastEncodings(1280, 720, { maxHeight: 480 }))).toEqual(capped);
    expect(sizes(simulcastEncodings(720, 1280, { maxHeight: 480 }))).toEqual(capped);
    expect(sizes(layeredEncodings(1280, 720, { maxHeight: 480 }))).toEqual(capped);
    expect(publishedSize('camera', hd, { maxHeight: 480 })).toEqual({ width: 853, height: 480 });
    expect(publishedSize('camera', upright, { maxHeight: 480 })).toEqual({ width: 480, height: 853 });
    expect(publishedSize('screen', hd, { maxHeight: 480 })).toEqual({ width: 1280, height: 720 });
    expect(simulcastEncodings(1280, 720, { maxHeight: 720 })).toEqual(simulcastEncodings(1280, 720));
  });

  test('on lines that holds for a while changes those encodings that are too tall, and their bits', () => {
    const wanted = (maxHeight: number, track = hd) =>
      sizes(wantedEncodings('camera', track, { codec: 'VP8', layered: false }, {}, { layers: 3, maxHeight }));
    const all = [
      [4, 150_000],
      [2, 500_000],
      [1, 1_700_000],
    ];
    expect(wanted(Infinity)).toEqual(all);
    expect(wanted(720)).toEqual(all);
    expect(wanted(480)).toEqual([...all.slice(0, 2), [1.5, 700_000]]);
    expect(wanted(480, upright)).toEqual([...all.slice(0, 2), [1.5, 700_000]]);
    expect(wanted(360)).toEqual([...all.slice(0, 2), [2, 500_000]]);
    expect(wanted(180).map(([scale]) => scale)).toEqual([4, 4, 4]);
  });

  test('on bits is shared by all sizes as they share what they take, and is that of the one stream', () => {
    const rates = simulcastEncodings(1280, 720, { maxBitrate: 1_000_000 }).map(
      ({ maxBitrate }) => maxBitrate,
    );
    expect(rates).toEqual([63_829, 212_765, 723_404]);
    expect(simulcastEncodings(1280, 720, { maxBitrate: 5_000_000 })).toEqual(simulcastEncodings(1280, 720));
    const layered = layeredEncodings(1280, 720, { maxBitrate: 400_000 });
    expect(layered.map(({ maxBitrate }) => maxBitrate)).toEqual([150_000, 400_000, 400_000]);
  });

  test('holds on a direct connection, and for no screen', () => {
    expect(directEncoding('camera', hd, { maxHeight: 360 })).toEqual({
      scaleResolutionDownBy: 2,
      maxBitrate: 735_294,
    });
    expect(directEncoding('camera', hd, { maxBitrate: 900_000 })).toEqual({
      scaleResolutionDownBy: 1,
      maxBitrate: 900_000,
    });
    expect(directEncoding('screen', hd, { maxHeight: 180, maxBitrate: 100_000 })).toEqual(
      directEncoding('screen', hd),
    );
    const screen = { codec: 'AV1', layered: true } as const;
    expect(wantedEncodings('screen', hd, screen, { maxHeight: 180 }, { layers: 1, maxHeight: 180 })).toEqual([
      { active: true },
    ]);
  });
});
