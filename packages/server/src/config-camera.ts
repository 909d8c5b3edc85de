import { cameraBitrate, LIMITS, type CameraCaps } from '@treff/protocol';
import * as z from 'zod/mini';
import { wholeNumber, type ReadSetting } from './config-values.ts';

/** What cameras are at most on this server. */
export interface CameraPolicy {
  /** In a room whose owner says nothing of it. */
  readonly usual: CameraCaps;
  /** In any room, whatever its owner says. */
  readonly most: CameraCaps;
}

/** What cameras were captured in before anybody could choose. */
export const STANDARD_CAMERA: CameraPolicy = { usual: { maxHeight: 720 }, most: { maxHeight: 720 } };

const { cameraLinesLeast, cameraLinesMost, cameraBitrateLeast, cameraBitrateMost } = LIMITS;
const lines = wholeNumber(cameraLinesLeast, cameraLinesMost);
const LINES = `a number of lines from ${cameraLinesLeast} to ${cameraLinesMost}`;
const bitrate = z.pipe(z.pipe(z.string().check(z.regex(/^\d{1,9}$/)), z.transform(Number)), cameraBitrate);
const BITRATE = `a number of bits a second from ${cameraBitrateLeast} to ${cameraBitrateMost}`;

/** What contradicts itself is noted in `problems`, in words for the operator. */
export function readCameraPolicy(read: ReadSetting, problems: string[]): CameraPolicy {
  const maxHeight = read('RESOLUTION', lines, LINES, 720);
  const maxBitrate = read<number | undefined>('VIDEO_BITRATE', bitrate, BITRATE, undefined);
  const most = {
    maxHeight: read('RESOLUTION_MAX', lines, LINES, maxHeight),
    maxBitrate: read('VIDEO_BITRATE_MAX', bitrate, BITRATE, maxBitrate),
  };
  if (most.maxHeight < maxHeight)
    problems.push(`RESOLUTION_MAX=${most.maxHeight} is less than RESOLUTION, which is ${maxHeight}.`);
  if (maxBitrate !== undefined && most.maxBitrate !== undefined && most.maxBitrate < maxBitrate)
    problems.push(`VIDEO_BITRATE_MAX=${most.maxBitrate} is less than VIDEO_BITRATE, which is ${maxBitrate}.`);
  return { usual: { maxHeight, maxBitrate }, most };
}

/** What holds in a room for which its owner wants this. */
export function capsOf({ usual, most }: CameraPolicy, own: CameraCaps = {}): CameraCaps {
  const maxHeight = lowest(own.maxHeight ?? usual.maxHeight, most.maxHeight);
  const maxBitrate = lowest(own.maxBitrate ?? usual.maxBitrate, most.maxBitrate);
  return {
    ...(maxHeight === undefined ? {} : { maxHeight }),
    ...(maxBitrate === undefined ? {} : { maxBitrate }),
  };
}

function lowest(...caps: readonly (number | undefined)[]): number | undefined {
  const set = caps.filter((cap) => cap !== undefined);
  return set.length === 0 ? undefined : Math.min(...set);
}
