import { TreffError, type RtpCapabilities, type RtpParameters } from '@treff/protocol';

/** URIs of the RTP header extensions that a native peer writes or reads. */
export const EXTENSION_URIS = {
  mid: 'urn:ietf:params:rtp-hdrext:sdes:mid',
  audioLevel: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  transportCc: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
} as const;

type Codec = NonNullable<RtpCapabilities['codecs']>[number];
type Encoding = RtpParameters['encodings'][number];

/** What a native peer can make of pictures. */
export type NativeVideo = 'vp8' | 'vp9';

/**
 * Of what the bridge can forward: Opus, one video codec with its retransmission, and what a native peer does of feedback and extensions.
 * With `estimate: false` nothing is told of when packets arrive; the bridge then takes the way to this peer for wide enough for all.
 */
export function nativeRtpCapabilities(
  bridge: RtpCapabilities,
  { estimate = true, video = 'vp8' }: { readonly estimate?: boolean; readonly video?: NativeVideo } = {},
): RtpCapabilities {
  const picture = bridge.codecs?.find((codec) => isCodec(codec, `video/${video}`));
  const codecs = (bridge.codecs ?? []).filter(
    (codec) =>
      isCodec(codec, 'audio/opus') ||
      codec === picture ||
      (picture !== undefined && isRetransmissionOf(codec, picture)),
  );
  const uris: string[] = Object.values(EXTENSION_URIS).filter(
    (uri) => estimate || uri !== EXTENSION_URIS.transportCc,
  );
  // Not REMB, which would take the place of transport-cc, nor full intra requests, as picture loss indications do.
  const types = estimate ? ['nack', 'transport-cc'] : ['nack'];
  return {
    codecs: codecs.map((codec) => ({
      ...codec,
      rtcpFeedback: (codec.rtcpFeedback ?? []).filter(({ type }) => types.includes(type)),
    })),
    headerExtensions: (bridge.headerExtensions ?? []).filter(({ uri }) => uris.includes(uri)),
  };
}

/** Payload types and extension ids of a source, chosen as the bridge prefers them. */
export interface SendCodec {
  readonly payloadType: number;
  readonly clockRate: number;
  /** Absent where lost packets are not sent again. */
  readonly rtxPayloadType: number | undefined;
  /** 0 where the bridge does not know the extension. */
  readonly extensions: { readonly [K in keyof typeof EXTENSION_URIS]: number };
  /** What the source's RTP parameters say, but for its encodings. */
  readonly parameters: Omit<RtpParameters, 'encodings' | 'mid'>;
}

/** What a source of this kind is sent with. Throws `media/codec-unsupported` if the bridge does not take that codec. */
export function sendCodec(
  bridge: RtpCapabilities,
  kind: 'audio' | 'video',
  cname: string,
  video: NativeVideo = 'vp8',
): SendCodec {
  const native = nativeRtpCapabilities(bridge, { video });
  const codec = native.codecs?.find((one) =>
    isCodec(one, kind === 'audio' ? 'audio/opus' : `video/${video}`),
  );
  if (codec === undefined) throw new TreffError('media/codec-unsupported', kind);
  const rtx = native.codecs?.find((one) => isRetransmissionOf(one, codec));
  const known = (native.headerExtensions ?? []).filter((extension) => extension.kind === kind);
  const idOf = (uri: string) => known.find((extension) => extension.uri === uri)?.preferredId ?? 0;
  return {
    payloadType: codec.preferredPayloadType,
    clockRate: codec.clockRate,
    rtxPayloadType: rtx?.preferredPayloadType,
    extensions: {
      mid: idOf(EXTENSION_URIS.mid),
      audioLevel: idOf(EXTENSION_URIS.audioLevel),
      transportCc: idOf(EXTENSION_URIS.transportCc),
    },
    parameters: {
      codecs: (rtx === undefined ? [codec] : [codec, rtx]).map(parametersOf),
      headerExtensions: known.map(({ uri, preferredId }) => ({ uri, id: preferredId })),
      rtcp: { cname, reducedSize: true },
    },
  };
}

/** Of a sound whose packets last so many milliseconds: says so as browsers do, who leave out the usual 20. */
export function withPacketTime(
  parameters: SendCodec['parameters'],
  packetMs: number,
): SendCodec['parameters'] {
  if (packetMs === 20) return parameters;
  const codecs = parameters.codecs.map((codec) => ({
    ...codec,
    parameters: { ...codec.parameters, ptime: packetMs },
  }));
  return { ...parameters, codecs };
}

/** What a consumer's RTP parameters say of the packets that come. */
export interface ReceiveCodec {
  readonly ssrc: number;
  readonly payloadType: number;
  readonly clockRate: number;
  readonly mimeType: string;
  readonly rtx: { readonly ssrc: number; readonly payloadType: number } | undefined;
  readonly nack: boolean;
  /** 0 if packets carry no transport-wide number. */
  readonly transportCc: number;
}

/** Throws `media/invalid-parameters` if the stream has no SSRC or no codec. */
export function receiveCodec(parameters: RtpParameters): ReceiveCodec {
  const encoding: Encoding | undefined = parameters.encodings[0];
  const codec = parameters.codecs[0];
  if (encoding?.ssrc === undefined || codec === undefined)
    throw new TreffError('media/invalid-parameters', 'no SSRC');
  const rtxCodec = parameters.codecs.find((one) => one.mimeType.toLowerCase().endsWith('/rtx'));
  return {
    ssrc: encoding.ssrc,
    payloadType: codec.payloadType,
    clockRate: codec.clockRate,
    mimeType: codec.mimeType.toLowerCase(),
    rtx:
      encoding.rtx === undefined || rtxCodec === undefined
        ? undefined
        : { ssrc: encoding.rtx.ssrc, payloadType: rtxCodec.payloadType },
    nack: (codec.rtcpFeedback ?? []).some((feedback) => feedback.type === 'nack' && !feedback.parameter),
    transportCc:
      parameters.headerExtensions?.find((extension) => extension.uri === EXTENSION_URIS.transportCc)?.id ?? 0,
  };
}

function parametersOf(codec: Codec): RtpParameters['codecs'][number] {
  const {
    mimeType,
    preferredPayloadType: payloadType,
    clockRate,
    channels,
    parameters,
    rtcpFeedback,
  } = codec;
  return {
    mimeType,
    payloadType,
    clockRate,
    ...(channels === undefined ? {} : { channels }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(rtcpFeedback === undefined ? {} : { rtcpFeedback }),
  };
}

function isCodec(codec: Codec, mimeType: string): boolean {
  return codec.mimeType.toLowerCase() === mimeType;
}

function isRetransmissionOf(codec: Codec, original: Codec): boolean {
  return (
    isCodec(codec, `${original.kind}/rtx`) && codec.parameters?.['apt'] === original.preferredPayloadType
  );
}
