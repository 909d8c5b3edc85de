import { VIDEO_CODECS, type VideoCodec } from '@treff/protocol';

/** What a browser makes of pictures. */
export interface Encoders {
  /** What it encodes at all, for the bridge. */
  readonly encodes: ReadonlySet<VideoCodec>;
  /** What it encodes in spatial layers of one stream (SVC), and not too dearly: a bridge can then forward a small picture of it. */
  readonly scales: ReadonlySet<VideoCodec>;
}

/** Codecs whose small pictures are streams of their own (simulcast), which all browsers that have them can do. */
const SIMULCAST: ReadonlySet<VideoCodec> = new Set(['VP8', 'H264']);

/**
 * What to encode a source in: the first of those agreed on that this browser encodes. Of a camera everybody wants another size, so there those that have no layers
 * here come last. `undefined`: it encodes none of them, and whatever it sends, not everybody decodes it.
 */
export function chooseCodec(
  kind: 'camera' | 'screen',
  agreed: readonly VideoCodec[],
  { encodes, scales }: Encoders,
): VideoCodec | undefined {
  const possible = agreed.filter((codec) => encodes.has(codec));
  if (kind === 'screen') return possible[0];
  return possible.find((codec) => SIMULCAST.has(codec) || scales.has(codec)) ?? possible[0];
}

/** As much of a browser as {@link probeScales} asks. */
export interface EncoderProbe {
  readonly mediaCapabilities:
    | { encodingInfo(configuration: MediaEncodingConfiguration): Promise<MediaCapabilitiesInfo> }
    | undefined;
  /** It runs on a phone or tablet. */
  readonly isMobile: boolean;
}

/**
 * Asks the browser what it encodes in three spatial layers (Media Capabilities, W3C Scalable Video Coding). On phones only what their hardware does counts: in software,
 * VP9 takes more than twice as much of a battery as VP8, and AV1 many times.
 */
export async function probeScales({
  mediaCapabilities,
  isMobile,
}: EncoderProbe): Promise<ReadonlySet<VideoCodec>> {
  const scales = new Set<VideoCodec>();
  if (mediaCapabilities === undefined) return scales;
  for (const codec of VIDEO_CODECS) {
    if (SIMULCAST.has(codec)) continue;
    try {
      const { supported, powerEfficient } = await mediaCapabilities.encodingInfo(questionOf(codec));
      if (supported && (powerEfficient || !isMobile)) scales.add(codec);
    } catch {
      // A browser that does not understand the question has no layers.
    }
  }
  return scales;
}

function questionOf(codec: VideoCodec): MediaEncodingConfiguration {
  const video: VideoConfiguration & { readonly scalabilityMode: string } = {
    contentType: `video/${codec}`,
    width: 1280,
    height: 720,
    bitrate: 1_500_000,
    framerate: 30,
    scalabilityMode: 'L3T3_KEY',
  };
  return { type: 'webrtc', video };
}
