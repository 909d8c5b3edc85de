import * as z from 'zod/mini';
import { LIMITS } from './limits.ts';

/** Lines of a picture, as in 720p: pixels of the smaller side, since a phone held upright swaps the two. */
export const cameraLines = z
  .int()
  .check(z.minimum(LIMITS.cameraLinesLeast), z.maximum(LIMITS.cameraLinesMost));

/** Bits a second of one camera, all its encodings together. */
export const cameraBitrate = z
  .int()
  .check(z.minimum(LIMITS.cameraBitrateLeast), z.maximum(LIMITS.cameraBitrateMost));

/** What a camera is at most, by the policy of whoever runs the server or owns the room. What is absent has no cap. */
export const cameraCaps = z.object({
  maxHeight: z.optional(cameraLines),
  maxBitrate: z.optional(cameraBitrate),
});
export type CameraCaps = z.infer<typeof cameraCaps>;

/**
 * In how many sizes, each half as tall as the one above, a picture of that size is sent, in pixels; held upright it has as many. Both ends go by this where a cap makes a
 * picture with layers in one stream smaller. Not taste: Chromium drops the *highest* encodings of a smaller picture silently, and nobody would get full size any more; of
 * layers within a stream it drops the lowest, and the bridge would count on sizes that don't come.
 */
export function sizesOf(width: number, height: number): 1 | 2 | 3 {
  const pixels = width * height;
  if (pixels >= 960 * 540) return 3;
  if (pixels >= 480 * 270) return 2;
  return 1;
}

/** By how much a picture has to be scaled down so that it has at most so many lines: 1 or more. */
export function scaleWithin(width: number, height: number, maxHeight = Infinity): number {
  return Math.max(1, Math.min(width, height) / maxHeight);
}
