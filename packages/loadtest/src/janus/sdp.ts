import type {
  DtlsParameters,
  IceParameters,
  RtpCapabilities,
  RtpParameters,
  TransportParameters,
} from '@treff/protocol';

/** One media section as both ends see it. */
export interface Section {
  readonly mid: string;
  readonly kind: 'audio' | 'video';
  readonly ssrc: number;
  readonly payloadType: number;
}

/** This end's transport. */
export interface LocalTransport {
  readonly dtls: DtlsParameters;
  readonly ice: IceParameters;
}

/** Payload types and extension ids that this end offers; Janus takes them over. */
const OPUS = 111;
const VP8 = 96;
const MID_EXTENSION = { id: 1, uri: 'urn:ietf:params:rtp-hdrext:sdes:mid' } as const;
const LEVEL_EXTENSION = { id: 2, uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level' } as const;

/** The offer of somebody who publishes these, as the active end of DTLS. */
export function publisherOffer(
  transport: LocalTransport,
  sources: readonly { readonly kind: 'audio' | 'video'; readonly rtpParameters: RtpParameters }[],
): string {
  return description(
    transport,
    sources.map(({ kind, rtpParameters }) => ({
      mid: rtpParameters.mid ?? '',
      kind,
      direction: 'sendonly',
      payloadType: kind === 'audio' ? OPUS : VP8,
      ssrc: rtpParameters.encodings[0]?.ssrc,
    })),
  );
}

/** The answer of somebody who receives all sections of Janus' offer. */
export function subscriberAnswer(transport: LocalTransport, sections: readonly Section[]): string {
  return description(
    transport,
    sections.map(({ mid, kind, payloadType }) => ({
      mid,
      kind,
      direction: 'recvonly',
      payloadType,
      ssrc: undefined,
    })),
  );
}

/** The sections of Janus' offer in which something is sent. */
export function sectionsOf(sdp: string): Section[] {
  return sdp
    .split(/^(?=m=)/m)
    .slice(1)
    .flatMap((section) => {
      const [, kind, payloadType] = /^m=(audio|video) \d+ \S+ (\d+)/.exec(section) ?? [];
      const mid = /^a=mid:(\S+)/m.exec(section)?.[1];
      const ssrc = /^a=ssrc:(\d+) /m.exec(section)?.[1];
      if ((kind !== 'audio' && kind !== 'video') || mid === undefined || ssrc === undefined) return [];
      return { mid, kind, ssrc: Number(ssrc), payloadType: Number(payloadType) };
    });
}

/** Where Janus is, by its offer or answer: its first section's, for all are bundled. Throws an `Error` where something is missing. */
export function remoteTransport(sdp: string): TransportParameters {
  const value = (name: string) => {
    const found = new RegExp(`^a=${name}:(\\S+)`, 'm').exec(sdp)?.[1];
    if (found === undefined) throw new Error(`Janus’ description has no ${name}`);
    return found;
  };
  const fingerprint = /^a=fingerprint:sha-256 ([0-9A-F:]+)/im.exec(sdp)?.[1];
  if (fingerprint === undefined) throw new Error('Janus’ description has no fingerprint');
  const [first = ''] = sdp.split(/^(?=m=)/m).slice(1);
  return {
    id: 'janus',
    iceParameters: { usernameFragment: value('ice-ufrag'), password: value('ice-pwd'), iceLite: true },
    iceCandidates: [...first.matchAll(/^a=candidate:(\S+) 1 udp (\d+) (\S+) (\d+) typ host/gim)].map(
      ([, foundation = '', priority, address = '', port]) => ({
        foundation,
        priority: Number(priority),
        ip: address,
        address,
        protocol: 'udp',
        port: Number(port),
        type: 'host',
      }),
    ),
    dtlsParameters: { role: 'server', fingerprints: [{ algorithm: 'sha-256', value: fingerprint }] },
  };
}

interface Line extends Omit<Section, 'ssrc'> {
  readonly direction: 'sendonly' | 'recvonly';
  readonly ssrc: number | undefined;
}

function description({ dtls, ice }: LocalTransport, sections: readonly Line[]): string {
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    `a=group:BUNDLE ${sections.map(({ mid }) => mid).join(' ')}`,
    ...sections.flatMap(({ mid, kind, direction, payloadType, ssrc }) => [
      `m=${kind} 9 UDP/TLS/RTP/SAVPF ${payloadType}`,
      'c=IN IP4 0.0.0.0',
      `a=mid:${mid}`,
      `a=${direction}`,
      'a=rtcp-mux',
      `a=rtpmap:${payloadType} ${kind === 'audio' ? 'opus/48000/2' : 'VP8/90000'}`,
      ...(kind === 'video' ? [`a=rtcp-fb:${payloadType} nack`, `a=rtcp-fb:${payloadType} nack pli`] : []),
      `a=extmap:${MID_EXTENSION.id} ${MID_EXTENSION.uri}`,
      ...(kind === 'audio' ? [`a=extmap:${LEVEL_EXTENSION.id} ${LEVEL_EXTENSION.uri}`] : []),
      `a=ice-ufrag:${ice.usernameFragment}`,
      `a=ice-pwd:${ice.password}`,
      ...dtls.fingerprints.map(({ algorithm, value }) => `a=fingerprint:${algorithm} ${value}`),
      'a=setup:active',
      ...(ssrc === undefined ? [] : [`a=ssrc:${ssrc} cname:native`]),
    ]),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** What this end can, in the words of a bridge. */
export const JANUS_CAPABILITIES: RtpCapabilities = {
  codecs: [
    { kind: 'audio', mimeType: 'audio/opus', preferredPayloadType: OPUS, clockRate: 48_000, channels: 2 },
    {
      kind: 'video',
      mimeType: 'video/VP8',
      preferredPayloadType: VP8,
      clockRate: 90_000,
      rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
    },
  ],
  headerExtensions: [
    { kind: 'audio', uri: MID_EXTENSION.uri, preferredId: MID_EXTENSION.id },
    { kind: 'video', uri: MID_EXTENSION.uri, preferredId: MID_EXTENSION.id },
    { kind: 'audio', uri: LEVEL_EXTENSION.uri, preferredId: LEVEL_EXTENSION.id },
  ],
};
