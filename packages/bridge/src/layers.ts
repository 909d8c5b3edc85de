/** Of a camera whose publisher did not say how tall its picture is. */
const ASSUMED_HEIGHT = 720;

/** A layer at least this part of the wanted height is tall enough: pixel ratios and odd sizes rarely meet layers exactly. */
const ENOUGH = 0.9;

/**
 * The spatial layer to forward to somebody who shows a source `wanted` device pixels tall: the smallest that is tall enough,
 * or else the top one (`layers - 1`). `undefined`: none, because nothing is shown. `height` is the top layer's, in pixels; each layer below it
 * is half as tall (a simulcast sender's `scaleResolutionDownBy` and an SVC encoder do it alike).
 */
export function layerFor(wanted: number, height: number | undefined, layers: number): number | undefined {
  if (wanted <= 0) return undefined;
  const top = height ?? ASSUMED_HEIGHT;
  for (let layer = 0; layer < layers - 1; layer++) {
    if (top / 2 ** (layers - 1 - layer) >= wanted * ENOUGH) return layer;
  }
  return layers - 1;
}
