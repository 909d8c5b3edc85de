import {
  type IceParameters,
  type Publication,
  type RtpCapabilities,
  type RtpParameters,
  type TransportParameters,
  TreffError,
  mediaKindOf,
} from '@treff/protocol';

/** What the fake bridge forwards: Opus and VP8 with RTX, as any browser does. */
export const FAKE_CAPABILITIES: RtpCapabilities = {
  codecs: [
    {
      kind: 'audio',
      mimeType: 'audio/opus',
      preferredPayloadType: 100,
      clockRate: 48_000,
      channels: 2,
      parameters: { useinbandfec: 1, usedtx: 1 },
      rtcpFeedback: [{ type: 'transport-cc' }],
    },
    {
      kind: 'video',
      mimeType: 'video/VP8',
      preferredPayloadType: 101,
      clockRate: 90_000,
      parameters: {},
      rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
    },
    {
      kind: 'video',
      mimeType: 'video/rtx',
      preferredPayloadType: 102,
      clockRate: 90_000,
      parameters: { apt: 101 },
      rtcpFeedback: [],
    },
  ],
  headerExtensions: [
    { kind: 'audio', uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', preferredId: 1, direction: 'sendrecv' },
    { kind: 'video', uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', preferredId: 1, direction: 'sendrecv' },
  ],
};

/** The codec by which a source is sent: the first that is no retransmission. */
function mediaMimeType({ codecs }: RtpParameters): string | undefined {
  return codecs.map(({ mimeType }) => mimeType.toLowerCase()).find((mimeType) => !mimeType.endsWith('/rtx'));
}

export function canDecode(capabilities: RtpCapabilities, parameters: RtpParameters): boolean {
  const wanted = mediaMimeType(parameters);
  return (capabilities.codecs ?? []).some(({ mimeType }) => mimeType.toLowerCase() === wanted);
}

/** Throws what a bridge refuses: an unknown codec, a wrong kind, SSRCs or a MID that are taken. */
export function checkPublication(
  { kind, rtpParameters }: Pick<Publication, 'kind' | 'rtpParameters'>,
  taken: readonly RtpParameters[],
): void {
  if (mediaMimeType(rtpParameters)?.startsWith(`${mediaKindOf(kind)}/`) !== true) {
    throw new TreffError('media/invalid-parameters', 'wrong kind');
  }
  if (!canDecode(FAKE_CAPABILITIES, rtpParameters)) throw new TreffError('media/codec-unsupported');
  const ssrcs = [...taken, rtpParameters].flatMap(ssrcsOf);
  const mids = [...taken, rtpParameters].flatMap(({ mid }) => mid ?? []);
  if (new Set(ssrcs).size !== ssrcs.length || new Set(mids).size !== mids.length) {
    throw new TreffError('media/invalid-parameters', 'SSRC or MID taken');
  }
}

/** A consumer's parameters: the codec by the bridge's own numbers, one encoding. `index` makes its MID and SSRC. */
export function consumerRtpParameters(sent: RtpParameters, index: number): RtpParameters {
  const mimeType = mediaMimeType(sent);
  return {
    mid: `${index}`,
    codecs: (FAKE_CAPABILITIES.codecs ?? [])
      .filter((codec) => codec.mimeType.toLowerCase() === mimeType)
      .map(({ kind: _kind, preferredPayloadType, ...codec }) => ({
        ...codec,
        payloadType: preferredPayloadType,
      })),
    headerExtensions: [],
    encodings: [{ ssrc: 10_000 + index }],
    rtcp: { cname: 'fake', reducedSize: true },
  };
}

export function fakeIce(index: number): IceParameters {
  return { usernameFragment: `fragment${index}`, password: `password${index}`, iceLite: true };
}

export function fakeTransport(index: number): TransportParameters {
  return {
    id: `transport${index}`,
    iceParameters: fakeIce(index),
    iceCandidates: [
      {
        foundation: 'udp0',
        priority: 2_119_049_471,
        ip: '127.0.0.1',
        address: '127.0.0.1',
        protocol: 'udp',
        port: 10_000,
        type: 'host',
      },
    ],
    dtlsParameters: {
      role: 'auto',
      fingerprints: [{ algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'AB').join(':') }],
    },
  };
}

function ssrcsOf({ encodings }: RtpParameters): number[] {
  return encodings.flatMap(({ ssrc, rtx }) => [ssrc ?? [], rtx?.ssrc ?? []].flat());
}
