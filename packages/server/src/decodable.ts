import { videoCodecOf, type RtpCapabilities, type VideoCodec } from '@treff/protocol';
import type { JoinRequest } from './session.ts';

type Codec = NonNullable<RtpCapabilities['codecs']>[number];

/** What somebody who joins says of themselves that concerns the conference. */
export function broughtBy({ displayName, p2p, rtpCapabilities }: JoinRequest) {
  return { displayName, p2p, decodes: decodable(rtpCapabilities) };
}

/** Which video codecs somebody decodes who joins with these capabilities, in the profiles that the bridge forwards; each once. */
export function decodable({ codecs = [] }: RtpCapabilities): VideoCodec[] {
  return [
    ...new Set(codecs.flatMap((codec) => (isForwarded(codec) ? (videoCodecOf(codec.mimeType) ?? []) : []))),
  ];
}

/** RFC 6184 section 8.1: baseline in whatever constraints, in packets that may be fragmented. RFC 9628 section 7: profile 0, which is the one if none is named. */
function isForwarded({ mimeType, parameters = {} }: Codec): boolean {
  switch (videoCodecOf(mimeType)) {
    case 'H264': {
      const profile = parameters['profile-level-id'];
      return (
        Number(parameters['packetization-mode']) === 1 &&
        typeof profile === 'string' &&
        profile.toLowerCase().startsWith('42')
      );
    }
    case 'VP9':
      return Number(parameters['profile-id'] ?? 0) === 0;
    default:
      return true;
  }
}
