import type { CameraCaps, SourceKind } from '@treff/protocol';

/** Bits per second accepted from one endpoint whose camera has no cap: three layers of it and a shared screen. */
const UNCAPPED = 10_000_000;
/** The same where cameras may be taller than 1080p. */
const UNCAPPED_TALL = 20_000_000;
const TALL = 1_080;

/** Bits per second of what has no cap: a screen that scrolls, its sound, a voice. */
const SCREEN = 2_500_000;
const SOUND = 200_000;

/** Headers, retransmissions, and what congestion control sends to find out whether there is room. */
const OVERHEAD = 1.25;

/**
 * What is accepted from an endpoint that sends sources of these kinds, in bits per second. Congestion control holds it to that, whatever its client makes of the caps that it
 * was told.
 */
export function incomingBitrate(
  { maxHeight = 0, maxBitrate }: CameraCaps,
  kinds: Iterable<SourceKind>,
): number {
  if (maxBitrate === undefined) return maxHeight > TALL ? UNCAPPED_TALL : UNCAPPED;
  const screen = new Set(kinds).has('screen') ? SCREEN : 0;
  return Math.round((maxBitrate + screen + 2 * SOUND) * OVERHEAD);
}
