import { describe, expect, it } from 'vitest';
import { layerFor, layerHeights, type Picture } from './layers.ts';

const HD: Picture = { width: 1280, height: 720, layers: 3, isOneStream: false };
const STREAM: Picture = { ...HD, isOneStream: true };

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
    expect(layerFor(wanted, layerHeights({ ...HD, width: undefined, height, layers }))).toBe(layer);
  });

  it('is none for what is not shown', () => {
    expect(layerFor(0, [180, 360, 720])).toBeUndefined();
  });

  it('takes a source of unknown height for 720 pixels', () => {
    expect(layerFor(360, layerHeights({ ...HD, width: undefined, height: undefined }))).toBe(1);
  });
});

describe('what the layers are under a cap', () => {
  it('CA5 of simulcast only those are smaller that are too tall', () => {
    expect(layerHeights(HD, 720)).toEqual([180, 360, 720]);
    expect(layerHeights(HD, 480)).toEqual([180, 360, 480]);
    expect(layerHeights(HD, 360)).toEqual([180, 360, 360]);
    expect(layerHeights(HD, 180)).toEqual([180, 180, 180]);
  });

  it('CA5 one stream is smaller as a whole, with as many layers as such a picture has', () => {
    expect(layerHeights(STREAM)).toEqual([180, 360, 720]);
    expect(layerHeights(STREAM, 480)).toEqual([240, 480, 480]);
    expect(layerHeights(STREAM, 360)).toEqual([180, 360, 360]);
    expect(layerHeights(STREAM, 180)).toEqual([180, 180, 180]);
    const fullHd = { ...STREAM, width: 1920, height: 1080 };
    expect(layerHeights(fullHd, 720)).toEqual([180, 360, 720]);
  });

  it('CA2 counts lines along the smaller side', () => {
    const upright = { ...HD, width: 720, height: 1280 };
    expect(layerHeights(upright, 720)).toEqual([320, 640, 1280]);
    expect(layerHeights(upright, 360)).toEqual([320, 640, 640]);
    expect(layerHeights({ ...upright, isOneStream: true }, 360)).toEqual([320, 640, 640]);
  });
});
