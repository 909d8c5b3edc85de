import { expect, test } from 'vitest';
import { scaleWithin, sizesOf } from './camera.ts';

test.each([
  [1920, 1080, 3],
  [1280, 720, 3],
  [960, 540, 3],
  [800, 450, 2],
  [640, 360, 2],
  [480, 270, 2],
  [320, 180, 1],
  [160, 90, 1],
])('a picture of %i by %i has %i sizes, upright too', (width, height, sizes) => {
  expect(sizesOf(width, height)).toBe(sizes);
  expect(sizesOf(height, width)).toBe(sizes);
});

test('a picture is scaled down by its smaller side, and never up', () => {
  expect(scaleWithin(1280, 720, 480)).toBe(1.5);
  expect(scaleWithin(720, 1280, 480)).toBe(1.5);
  expect(scaleWithin(1280, 720, 720)).toBe(1);
  expect(scaleWithin(640, 360, 720)).toBe(1);
  expect(scaleWithin(640, 360)).toBe(1);
});
