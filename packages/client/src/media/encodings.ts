import type { SourceKind, VideoCodec } from '@treff/protocol';

/** One encoding of a picture, as `RTCRtpEncodingParameters` names it. The lowest comes first, the last is always full size. */
export interface Encoding {
  readonly scaleResolutionDownBy: number;
  /** Bits a second. */
  readonly maxBitrate: number;
  /** Layers within the encoding, as the W3C's Scalable Video Coding names them; absent: as the browser likes. */
  readonly scalabilityMode?: string;
}

/** How a picture is encoded: which codec, and whether its sizes are layers of one stream (SVC) or streams of their own (simulcast). */
export interface Coding {
  readonly codec: VideoCodec | undefined;
  readonly layered: boolean;
}

/** The encodings of a track that is sent as a source of that kind: a camera's simulcast or its one with layers, a screen's one. */
export function encodingsOf(
  kind: SourceKind,
  track: MediaStreamTrack,
  { codec, layered }: Coding,
): Encoding[] {
  const { width = 0, height = 0 } = track.getSettings();
  // Said, since a browser's own choice would be temporal layers, which take bits from what hardly moves.
  if (kind === 'screen') return layered ? [{ ...SCREEN[0], scalabilityMode: 'L1T1' }] : SCREEN;
  if (layered) return layeredEncodings(width, height).slice(-1);
  // What has neither is sent in full to everybody.
  return simulcastEncodings(width, height).slice(codec === 'VP9' || codec === 'AV1' ? -1 : 0);
}

/**
 * The encoding of a picture of that size in one stream with layers, by how many spatial ones somebody wants, from 1. Below all of them the picture itself is smaller:
 * layers of a stream can't be switched off, and those that nobody gets would cost as much.
 */
export function layeredEncodings(width: number, height: number): Encoding[] {
  const layers = simulcastLayers(width, height);
  return MODES.slice(0, layers).map((scalabilityMode, index) => {
    const scale = 2 ** (layers - 1 - index);
    return {
      scaleResolutionDownBy: scale,
      maxBitrate: maxBitrate((width / scale) * (height / scale)),
      scalabilityMode,
    };
  });
}

/** `KEY`: a larger layer leans on the smaller one in key frames alone (K-SVC), so who gets the larger one needs nothing else in between. */
const MODES = ['L1T3', 'L2T3_KEY', 'L3T3_KEY'] as const;

/**
 * The one encoding of a picture on a direct connection: nobody else needs a smaller one, and so the other end can have a better one than over
 * the bridge, 2.5 Mbit/s at 1280x720.
 */
export function directEncoding(kind: SourceKind, track: MediaStreamTrack): Encoding {
  const { width = 0, height = 0 } = track.getSettings();
  if (kind === 'screen') return SCREEN[0];
  return { scaleResolutionDownBy: 1, maxBitrate: Math.round(maxBitrate(width * height) * DIRECT) };
}

/** How a voice is encoded for the bridge: with error correction, next to nothing in silence, and kept for a while to be sent again. */
export const VOICE = { codecOptions: { opusFec: true, opusDtx: true, opusNack: true } } as const;

/** Music and films: both channels, and quiet passages are sent as they are. */
export const SCREEN_SOUND = {
  codecOptions: {
    opusFec: true,
    opusDtx: false,
    opusNack: true,
    opusStereo: true,
    opusMaxAverageBitrate: 128_000,
  },
} as const;

/** How many times the bits of {@link BITRATES} a camera may take on a direct connection. */
const DIRECT = 2_500_000 / 1_700_000;

/**
 * A screen has one encoding, of full size: text at half size can't be read, so every bit and every cycle of the encoder goes into the one that can. The bitrate
 * is for scrolling and films; a page that rests takes next to nothing.
 */
const SCREEN: [Encoding] = [{ scaleResolutionDownBy: 1, maxBitrate: 2_500_000 }];

/**
 * How many spatial layers a captured picture gets. Not taste: Chromium drops the *highest* encodings of a smaller picture silently, and nobody
 * would get full size any more; of layers within a stream it drops the lowest, and the bridge would count on sizes that don't come.
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
