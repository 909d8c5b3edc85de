/** What mediasoup's congestion control says of the way to a receiver, bits per second. */
export interface BandwidthReport {
  readonly availableBitrate: number;
  /** The most it looks for, given what is sent. */
  readonly maxBitrate: number;
}

/** Reads it from the information of mediasoup's `bwe` trace event, whose type it leaves open. */
export function bandwidthReport(info: unknown): BandwidthReport | undefined {
  if (typeof info !== 'object' || info === null) return undefined;
  if (!('availableBitrate' in info) || !('maxBitrate' in info)) return undefined;
  const { availableBitrate, maxBitrate } = info;
  if (typeof availableBitrate !== 'number' || typeof maxBitrate !== 'number') return undefined;
  return { availableBitrate, maxBitrate };
}

/** An estimate this near to the most that was looked for is no limit of the network. */
const AT_THE_TOP = 0.95;
/** By so much more may be sent then: enough for another picture, too little to drown those that are there. */
const TRY_MORE = 1.5;

/**
 * What the way to a receiver carries, for the allocation. mediasoup looks for little more than what it is asked to send; so while that is all there, the true
 * value is somewhere above, and something may be added to find out.
 */
export function estimateOf({ availableBitrate, maxBitrate }: BandwidthReport): number {
  return availableBitrate >= AT_THE_TOP * maxBitrate ? TRY_MORE * availableBitrate : availableBitrate;
}

/** Bits per second of a picture's lowest layer whose sender announced none, by its height in pixels. */
const USUAL = [
  { height: 720, bitrate: 1_500_000 },
  { height: 540, bitrate: 1_000_000 },
  { height: 360, bitrate: 500_000 },
  { height: 270, bitrate: 300_000 },
  { height: 0, bitrate: 150_000 },
] as const;
/** Of a picture that says nothing about itself. */
const ASSUMED_HEIGHT = 720;

/** What a picture's lowest layer may be expected to take before it was measured. `height` is the top layer's. */
export function expectedBitrate(
  announced: number | undefined,
  height: number | undefined,
  layers: number,
): number {
  if (announced !== undefined) return Math.max(LEAST, announced);
  const lowest = (height ?? ASSUMED_HEIGHT) / 2 ** (layers - 1);
  return USUAL.find((row) => lowest >= row.height)?.bitrate ?? USUAL[4].bitrate;
}

/** Of its value when a measured rate is lower: a page that rests is scrolled again, and what was made room for is not to be taken away then. */
const FALL = 0.8;
/** Bits per second; a picture that stands still takes next to nothing, and may move at any moment. */
const LEAST = 30_000;

/** A measurement after another. */
export function measuredBitrate(before: number, measured: number): number {
  return Math.max(LEAST, measured, Math.round(before * FALL));
}
