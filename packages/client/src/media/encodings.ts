import { scaleWithin, sizesOf, type CameraCaps, type SourceKind, type VideoCodec } from '@treff/protocol';
import type { VoicePacketMs } from './voice-packets.ts';

/** One encoding of a picture, as `RTCRtpEncodingParameters` names it. The lowest comes first, the last is as large as may be. */
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
  caps: CameraCaps = {},
): Encoding[] {
  const { width = 0, height = 0 } = track.getSettings();
  // Said, since a browser's own choice would be temporal layers, which take bits from what hardly moves.
  if (kind === 'screen') return layered ? [{ ...SCREEN[0], scalabilityMode: 'L1T1' }] : SCREEN;
  if (layered) return layeredEncodings(width, height, caps).slice(-1);
  const sizes = simulcastEncodings(width, height, caps);
  // What has neither is sent in full to everybody.
  return codec === 'VP9' || codec === 'AV1' ? sizes.slice(-1) : sizes;
}

/** What somebody receives of a picture that was published with {@link encodingsOf}. */
export interface Wanted {
  /** So many of its sizes, counted from the lowest. */
  readonly layers: number;
  /** In at most so many lines, if that is less than the caps allow. */
  readonly maxHeight: number;
}

/** The encodings for that, in the order in which they were published. */
export function wantedEncodings(
  kind: SourceKind,
  track: MediaStreamTrack,
  { codec, layered }: Coding,
  caps: CameraCaps,
  { layers, maxHeight }: Wanted,
): (Partial<Encoding> & { readonly active: boolean })[] {
  if (kind === 'screen') return [{ active: layers > 0 }];
  const { width = 0, height = 0 } = track.getSettings();
  if (layered) {
    const sizes = layeredEncodings(width, height, caps, maxHeight);
    return [
      layers === 0 ? { active: false } : { active: true, ...sizes[Math.min(layers, sizes.length) - 1] },
    ];
  }
  const sizes = simulcastEncodings(width, height, caps, maxHeight);
  const published = codec === 'VP9' || codec === 'AV1' ? sizes.slice(-1) : sizes;
  return published.map((encoding, index) => ({ active: index < layers, ...encoding }));
}

/**
 * The encoding of a picture of that size in one stream with layers, by how many spatial ones somebody wants, from 1. Below all of them the picture itself is smaller:
 * layers of a stream can't be switched off, and those that nobody gets would cost as much. A picture that has to keep to `maxHeight` is smaller as a whole, and may have fewer
 * layers than it was published with: then the last encoding is for all that are above.
 */
export function layeredEncodings(
  width: number,
  height: number,
  caps: CameraCaps = {},
  maxHeight = Infinity,
): Encoding[] {
  const within = scaleWithin(width, height, Math.min(maxHeight, caps.maxHeight ?? Infinity));
  const layers = sizesOf(width / within, height / within);
  return MODES.slice(0, layers).map((scalabilityMode, index) => {
    const scale = within * 2 ** (layers - 1 - index);
    return {
      scaleResolutionDownBy: scale,
      maxBitrate: Math.min(maxBitrate(width, height, scale), caps.maxBitrate ?? Infinity),
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
export function directEncoding(kind: SourceKind, track: MediaStreamTrack, caps: CameraCaps = {}): Encoding {
  const { width = 0, height = 0 } = track.getSettings();
  if (kind === 'screen') return SCREEN[0];
  const scale = scaleWithin(width, height, caps.maxHeight);
  const bits = Math.round(maxBitrate(width, height, scale) * DIRECT);
  return { scaleResolutionDownBy: scale, maxBitrate: Math.min(bits, caps.maxBitrate ?? Infinity) };
}

/** Pixels of a picture as it is published: as captured, or a camera's as small as it has to be. */
export function publishedSize(
  kind: SourceKind,
  track: MediaStreamTrack,
  { maxHeight }: CameraCaps,
): { readonly width: number | undefined; readonly height: number | undefined } {
  const { width, height } = track.getSettings();
  if (kind !== 'camera' || width === undefined || height === undefined) return { width, height };
  const scale = scaleWithin(width, height, maxHeight);
  return { width: Math.round(width / scale), height: Math.round(height / scale) };
}

/** How a voice is encoded for the bridge: with error correction, next to nothing in silence, and kept for a while to be sent again. Browsers send packets of 20 ms unless told otherwise. */
export function voiceOf(packetMs: VoicePacketMs) {
  const packets = packetMs === 20 ? {} : { opusPtime: packetMs };
  return { codecOptions: { opusFec: true, opusDtx: true, opusNack: true, ...packets } };
}

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
 * The encodings of a captured picture of that size, in pixels. With a cap on lines they are those of a camera that captures no more; a cap on bits is shared among all of them, as
 * they share what they take without it. What has to keep to `maxHeight` for a while keeps its number of encodings: those become smaller that are too tall.
 */
export function simulcastEncodings(
  width: number,
  height: number,
  caps: CameraCaps = {},
  maxHeight = Infinity,
): Encoding[] {
  const whole = scaleWithin(width, height, caps.maxHeight);
  const within = scaleWithin(width, height, maxHeight);
  const scales = { 1: [1], 2: [2, 1], 3: [4, 2, 1] }[sizesOf(width / whole, height / whole)];
  const encodings = scales.map((scale) => {
    const scaleResolutionDownBy = Math.max(whole * scale, within);
    return { scaleResolutionDownBy, maxBitrate: maxBitrate(width, height, scaleResolutionDownBy) };
  });
  const all = encodings.reduce((sum, encoding) => sum + encoding.maxBitrate, 0);
  const share = Math.min(1, (caps.maxBitrate ?? Infinity) / all);
  return encodings.map((encoding) => ({ ...encoding, maxBitrate: Math.floor(encoding.maxBitrate * share) }));
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

/** Of a picture with these sides, scaled down. */
function maxBitrate(width: number, height: number, scale: number): number {
  // A height that fits no whole number of pixels is not a smaller one.
  const pixels = Math.ceil(width / scale) * Math.ceil(height / scale);
  return BITRATES.find((row) => pixels >= row.pixels)?.maxBitrate ?? 100_000;
}
