import { mediaKindOf, type SourceKind } from '@treff/protocol';

/** One encoding of a picture, as `RTCRtpEncodingParameters` names it. The lowest comes first, the last is always full size. */
export interface Encoding {
  readonly scaleResolutionDownBy: number;
  /** Bits a second. */
  readonly maxBitrate: number;
}

/** The encodings of a track that is sent as a source of that kind: a camera's simulcast, a screen's one. */
export function encodingsOf(kind: SourceKind, track: MediaStreamTrack): Encoding[] {
  const { width = 0, height = 0 } = track.getSettings();
  return kind === 'screen' ? SCREEN : simulcastEncodings(width, height);
}

/** How many encodings those are; 1 for sound. */
export function layersOf(kind: SourceKind, track: MediaStreamTrack): number {
  return mediaKindOf(kind) === 'audio' ? 1 : encodingsOf(kind, track).length;
}

/**
 * The one encoding of a picture on a direct connection: nobody else needs a smaller one, and so the other end can have a better one than over
 * the bridge, 2.5 Mbit/s at 1280x720.
 */
export function directEncoding(kind: SourceKind, track: MediaStreamTrack): Encoding {
  const { width = 0, height = 0 } = track.getSettings();
  if (kind === 'screen') return SCREEN[0];
  return { scaleResolutionDownBy: 1, maxBitrate: Math.round(maxBitrate(width * height) * DIRECT) };
}

/** How a voice is encoded for the bridge: with error correction, and next to nothing in silence. */
export const VOICE = { codecOptions: { opusFec: true, opusDtx: true } } as const;

/** Music and films: both channels, and quiet passages are sent as they are. */
export const SCREEN_SOUND = {
  codecOptions: { opusFec: true, opusDtx: false, opusStereo: true, opusMaxAverageBitrate: 128_000 },
} as const;

/** How many times the bits of {@link BITRATES} a camera may take on a direct connection. */
const DIRECT = 2_500_000 / 1_700_000;

/**
 * A screen has one encoding, of full size: text at half size can't be read, so every bit and every cycle of the encoder goes into the one that can. The bitrate
 * is for scrolling and films; a page that rests takes next to nothing.
 */
const SCREEN: [Encoding] = [{ scaleResolutionDownBy: 1, maxBitrate: 2_500_000 }];

/**
 * How many simulcast layers a captured picture gets. Not taste: Chromium drops the *highest* encodings of a smaller picture silently, and nobody
 * would get full size any more.
 *
 * @param width pixels
 * @param height pixels; a phone held upright swaps the two
 */
export function simulcastLayers(width: number, height: number): 1 | 2 | 3 {
  const pixels = width * height;
  if (pixels >= 960 * 540) return 3;
  if (pixels >= 480 * 270) return 2;
  return 1;
}

/** The encodings of a captured picture of that size, in pixels. */
export function simulcastEncodings(width: number, height: number): Encoding[] {
  const scales = { 1: [1], 2: [2, 1], 3: [4, 2, 1] }[simulcastLayers(width, height)];
  return scales.map((scale) => ({
    scaleResolutionDownBy: scale,
    maxBitrate: maxBitrate((width / scale) * (height / scale)),
  }));
}

/** Pixels of a picture, and the bits a second beyond which VP8 at 30 frames a second looks no better to most. */
const BITRATES = [
  { pixels: 3840 * 2160, maxBitrate: 10_000_000 },
  { pixels: 2560 * 1440, maxBitrate: 5_500_000 },
  { pixels: 1920 * 1080, maxBitrate: 3_500_000 },
  { pixels: 1280 * 720, maxBitrate: 1_700_000 },
  { pixels: 960 * 540, maxBitrate: 1_100_000 },
  { pixels: 640 * 480, maxBitrate: 700_000 },
  { pixels: 640 * 360, maxBitrate: 500_000 },
  { pixels: 480 * 270, maxBitrate: 300_000 },
  { pixels: 320 * 180, maxBitrate: 150_000 },
] as const;

function maxBitrate(pixels: number): number {
  return BITRATES.find((row) => pixels >= row.pixels)?.maxBitrate ?? 100_000;
}
