import { describe, expect, it } from 'vitest';
import { layerFor } from './layers.ts';

describe('the layer for a tile', () => {
  it.each([
    // A 720p camera in three layers: 180, 360, 720.
    [180, 720, 3, 0],
    [181, 720, 3, 0],
    [201, 720, 3, 1],
    [360, 720, 3, 1],
    [400, 720, 3, 1],
    [401, 720, 3, 2],
    [720, 720, 3, 2],
    [2160, 720, 3, 2],
    [1, 720, 3, 0],
    // 540p in three layers: 135, 270, 540.
    [150, 540, 3, 0],
    [270, 540, 3, 1],
    // Two layers: 240, 480.
    [240, 480, 2, 0],
    [300, 480, 2, 1],
    // One has no choice.
    [90, 360, 1, 0],
    [4320, 360, 1, 0],
  ])('%i pixels of a %i pixels tall source with %i layers is layer %i', (wanted, height, layers, layer) => {
    expect(layerFor(wanted, height, layers)).toBe(layer);
  });

  it('is none for what is not shown', () => {
    expect(layerFor(0, 720, 3)).toBeUndefined();
  });

  it('takes a source of unknown height for 720 pixels', () => {
    expect(layerFor(360, undefined, 3)).toBe(1);
  });
});
