import { LIMITS, mediaKindOf, type P2pCandidate, type SourceKind } from '@treff/protocol';

/** The media sections of a direct connection's descriptions, in their order. */
export const P2P_SECTIONS = ['microphone', 'camera', 'screen', 'screenAudio'] as const satisfies SourceKind[];

/**
 * Whether a session description (RFC 8866) has exactly the sections of a direct connection, none of them rejected. Port 0 rejects a section unless it is
 * merely bundled with the first (RFC 9143 section 6).
 */
export function hasP2pSections(sdp: string): boolean {
  const sections = sectionsOf(sdp);
  return (
    sections.length === P2P_SECTIONS.length &&
    P2P_SECTIONS.every((kind, index) => {
      const [line = '', ...attributes] = sections[index] ?? [];
      const [media, port] = line.split(' ');
      return media === `m=${mediaKindOf(kind)}` && (port !== '0' || attributes.includes('a=bundle-only'));
    })
  );
}

/**
 * The description with what this end wants Opus (RFC 7587 section 6.1) to be: the voice with inband FEC, and with DTX, so that silence costs nothing; the sound
 * of a screen in both channels and without DTX, for music has quiet passages. All else stays as it is. It is this end's decoder that is told so, and the other's encoder follows.
 */
export function withSound(sdp: string): string {
  const [session = '', ...sections] = sdp.split(/^(?=m=)/m);
  const tuned = sections.map((section, index) => {
    const kind = P2P_SECTIONS[index];
    return kind !== undefined && mediaKindOf(kind) === 'audio' ? withOpus(section, OPUS[kind]) : section;
  });
  return [session, ...tuned].join('');
}

/** The ICE candidates that a description names (RFC 8839 section 5.1), at most as many as one message may bring. */
export function candidatesIn(sdp: string): P2pCandidate[] {
  const candidates = sectionsOf(sdp).flatMap((section, sdpMLineIndex) => {
    const sdpMid = valueOf(section, 'mid') ?? null;
    const usernameFragment = valueOf(section, 'ice-ufrag') ?? null;
    return section
      .filter((line) => line.startsWith('a=candidate:') && line.length <= LIMITS.iceCandidateLength)
      .map((line) => ({ candidate: line.slice('a='.length), sdpMid, sdpMLineIndex, usernameFragment }));
  });
  return candidates.slice(0, LIMITS.iceCandidates);
}

/** The ICE user name fragments of a description (RFC 8839 section 5.4): another one with every ICE restart. */
export function usernameFragmentsIn(sdp: string): ReadonlySet<string> {
  return new Set([...sdp.matchAll(/^a=ice-ufrag:(\S+)/gm)].flatMap(([, fragment]) => fragment ?? []));
}

const OPUS: Readonly<Partial<Record<SourceKind, Readonly<Record<string, string>>>>> = {
  microphone: { useinbandfec: '1', usedtx: '1' },
  screenAudio: {
    useinbandfec: '1',
    usedtx: '0',
    stereo: '1',
    'sprop-stereo': '1',
    maxaveragebitrate: '128000',
  },
};

function withOpus(section: string, wished: Readonly<Record<string, string>> = {}): string {
  const [mapping, payloadType] = /^a=rtpmap:(\d+) opus\/48000\/2\r?$/im.exec(section) ?? [];
  if (mapping === undefined || payloadType === undefined) return section;
  const format = new RegExp(`^a=fmtp:${payloadType} (.*?)(\\r?)$`, 'm');
  const given = format.exec(section)?.[1];
  if (given === undefined) {
    const line = `a=fmtp:${payloadType} ${listed(new Map(Object.entries(wished)))}`;
    return section.replace(mapping, () =>
      mapping.endsWith('\r') ? `${mapping}\n${line}\r` : `${mapping}\n${line}`,
    );
  }
  const parameters = new Map<string, string>();
  for (const parameter of given.split(';')) {
    const [name = '', value = ''] = parameter.trim().split('=', 2);
    if (name !== '') parameters.set(name, value);
  }
  for (const [name, value] of Object.entries(wished)) parameters.set(name, value);
  return section.replace(format, (_, __, end: string) => `a=fmtp:${payloadType} ${listed(parameters)}${end}`);
}

function listed(parameters: ReadonlyMap<string, string>): string {
  return [...parameters].map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join(';');
}

/** The lines of each media section. */
function sectionsOf(sdp: string): string[][] {
  const [, ...sections] = sdp.split(/^(?=m=)/m);
  return sections.map((section) => section.split(/\r?\n/));
}

function valueOf(section: readonly string[], attribute: string): string | undefined {
  const start = `a=${attribute}:`;
  return section.find((line) => line.startsWith(start))?.slice(start.length);
}
