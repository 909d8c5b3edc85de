import { scaleWithin, sizesOf } from '@treff/protocol';

/** Of a camera whose publisher did not say how tall its picture is. */
const ASSUMED_HEIGHT = 720;
const ASSUMED_SHAPE = 16 / 9;

/** A layer at least this part of the wanted height is tall enough: pixel ratios and odd sizes rarely meet layers exactly. */
const ENOUGH = 0.9;

/** A picture as its publisher announced it. */
export interface Picture {
  /** Pixels of the top layer, if they are known. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** Spatial layers, at least 1. */
  readonly layers: number;
  /** Whether these are within one stream (SVC), or streams of their own (simulcast). */
  readonly isOneStream: boolean;
}

/**
 * How tall each spatial layer is, in pixels, the lowest first, when its sender keeps to at most `maxHeight` lines. Each is half as tall as the one above (a simulcast sender's
 * `scaleResolutionDownBy` and an SVC encoder do it alike). Of simulcast only what is too tall becomes smaller; one stream becomes smaller as a whole, and
 * has then as many layers as such a picture has: those that are missing above are as tall as the top one that is left.
 */
export function layerHeights(picture: Picture, maxHeight = Infinity): readonly number[] {
  const { layers, height = ASSUMED_HEIGHT, width = height * ASSUMED_SHAPE } = picture;
  const scale = scaleWithin(width, height, maxHeight);
  const top = height / scale;
  const full = halves(height, layers);
  if (scale === 1) return full;
  if (!picture.isOneStream) return full.map((each) => Math.min(each, top));
  const left = halves(top, Math.min(layers, sizesOf(width / scale, top)));
  return full.map((_, layer) => left[layer] ?? top);
}

/**
 * The spatial layer to forward to somebody who shows a source `wanted` device pixels tall: the smallest that is tall enough, or else the smallest of the tallest.
 * `undefined`: none, because nothing is shown.
 */
export function layerFor(wanted: number, heights: readonly number[]): number | undefined {
  if (wanted <= 0) return undefined;
  const enough = ENOUGH * Math.min(wanted, heights.at(-1) ?? 0);
  return Math.max(
    0,
    heights.findIndex((height) => height >= enough),
  );
}

function halves(top: number, layers: number): number[] {
  return Array.from({ length: layers }, (_, layer) => top / 2 ** (layers - 1 - layer));
}
