import {
  TreffError,
  type DtlsParameters,
  type IceCandidate,
  type IceParameters,
  type TransportParameters,
} from '@treff/protocol';

/** The one media section that carries every stream of a transport; its codec means nothing, for packets pass through raw. */
export const MID = '0';
export const PAYLOAD_TYPE = 96;

/**
 * The answer that an ICE-lite server with these parameters would give to a native peer's offer: it waits for the peer to begin
 * ICE and DTLS. Only UDP candidates are named. Throws `media/transport-failed` if there is none, or no SHA-256 fingerprint.
 */
export function remoteAnswer(parameters: TransportParameters): string {
  const candidates = parameters.iceCandidates.filter(({ protocol }) => protocol === 'udp');
  if (candidates.length === 0) throw new TreffError('media/transport-failed', 'no UDP candidate');
  const fingerprint = parameters.dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === 'sha-256');
  if (fingerprint === undefined) throw new TreffError('media/transport-failed', 'no SHA-256 fingerprint');
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    'a=ice-lite',
    `a=group:BUNDLE ${MID}`,
    `m=video 9 UDP/TLS/RTP/SAVPF ${PAYLOAD_TYPE}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${MID}`,
    'a=sendrecv',
    'a=rtcp-mux',
    `a=rtpmap:${PAYLOAD_TYPE} VP8/90000`,
    `a=ice-ufrag:${parameters.iceParameters.usernameFragment}`,
    `a=ice-pwd:${parameters.iceParameters.password}`,
    `a=fingerprint:sha-256 ${fingerprint.value}`,
    'a=setup:passive',
    ...candidates.map(candidateLine),
    'a=end-of-candidates',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** The peer's own DTLS parameters, read from its offer: always the client. Throws `media/transport-failed` if the offer has no fingerprint. */
export function localDtlsParameters(offer: string): DtlsParameters {
  const value = /^a=fingerprint:sha-256 ([0-9A-F:]+)\s*$/im.exec(offer)?.[1];
  if (value === undefined) throw new TreffError('media/transport-failed', 'no fingerprint in the offer');
  return { role: 'client', fingerprints: [{ algorithm: 'sha-256', value }] };
}

/** The peer's own ICE credentials, read from its offer; an ICE-lite server need not know them. Throws `media/transport-failed` if the offer has none. */
export function localIceParameters(offer: string): IceParameters {
  const usernameFragment = /^a=ice-ufrag:(\S+)\s*$/m.exec(offer)?.[1];
  const password = /^a=ice-pwd:(\S+)\s*$/m.exec(offer)?.[1];
  if (usernameFragment === undefined || password === undefined)
    throw new TreffError('media/transport-failed', 'no ICE credentials in the offer');
  return { usernameFragment, password };
}

function candidateLine({ foundation, priority, address, port, type }: IceCandidate): string {
  return `a=candidate:${foundation} 1 udp ${priority} ${address} ${port} typ ${type}`;
}
