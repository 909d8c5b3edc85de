/** CSS pixels, from the top left of the call surface. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Cameras, unless they say otherwise. */
export const CAMERA_RATIO = 16 / 9;

/** Below this share of a picture left over, cropping hides more than it helps. */
const LEAST_VISIBLE = 0.55;

/** Whether a picture of `ratio` (width to height) fills the rectangle cropped, or is shown whole with bars. */
export function fitOf(rect: Size, ratio: number): 'cover' | 'contain' {
  const rectRatio = rect.width / rect.height;
  return Math.min(rectRatio / ratio, ratio / rectRatio) >= LEAST_VISIBLE ? 'cover' : 'contain';
}

/** Height in CSS pixels at which a picture of `ratio` appears in the rectangle, cropped parts included. */
export function pictureHeight(rect: Size, ratio: number = CAMERA_RATIO): number {
  const heightAtFullWidth = rect.width / ratio;
  return fitOf(rect, ratio) === 'cover'
    ? Math.max(rect.height, heightAtFullWidth)
    : Math.min(rect.height, heightAtFullWidth);
}
