import { expect, test } from 'vitest';
import { capsOf, type CameraPolicy } from './config-camera.ts';

const POLICY: CameraPolicy = {
  usual: { maxHeight: 720, maxBitrate: undefined },
  most: { maxHeight: 1_080, maxBitrate: 3_000_000 },
};

test.each([
  ['as usual where nothing else was said, within the most', {}, { maxHeight: 720, maxBitrate: 3_000_000 }],
  ['lower', { maxHeight: 360, maxBitrate: 500_000 }, { maxHeight: 360, maxBitrate: 500_000 }],
  ['higher, up to the most', { maxHeight: 1_080 }, { maxHeight: 1_080, maxBitrate: 3_000_000 }],
  [
    'never above it',
    { maxHeight: 2_160, maxBitrate: 9_000_000 },
    { maxHeight: 1_080, maxBitrate: 3_000_000 },
  ],
])('the cameras of a room are %s', (_title, own, caps) => {
  expect(capsOf(POLICY, own)).toEqual(caps);
});

test('what nobody caps has no cap', () => {
  expect(capsOf({ usual: { maxHeight: 720 }, most: {} })).toEqual({ maxHeight: 720 });
});
