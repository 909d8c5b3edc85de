import { expect, test } from 'vitest';
import { candidatesIn, hasP2pSections, usernameFragmentsIn, withSound } from './p2p-sdp.ts';

/** As Chromium writes it, shortened. */
const OFFER = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1 2 3',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 9',
  'c=IN IP4 0.0.0.0',
  'a=candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host generation 0 ufrag AbCd network-cost 999',
  'a=ice-ufrag:AbCd',
  'a=ice-pwd:0123456789012345678901',
  'a=mid:0',
  'a=sendrecv',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2',
  'a=fmtp:63 111/111',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'a=ice-ufrag:AbCd',
  'a=mid:1',
  'a=rtpmap:96 VP8/90000',
  'm=video 0 UDP/TLS/RTP/SAVPF 96',
  'a=bundle-only',
  'a=mid:2',
  'm=audio 9 UDP/TLS/RTP/SAVPF 96',
  'a=mid:3',
  'a=rtpmap:96 opus/48000/2',
  '',
].join('\r\n');

test('a description of a direct connection is told from any other', () => {
  expect(hasP2pSections(OFFER)).toBe(true);
  expect(hasP2pSections('')).toBe(false);
  expect(hasP2pSections('v=0')).toBe(false);
  expect(hasP2pSections(OFFER.slice(0, OFFER.lastIndexOf('m=audio')))).toBe(false);
  expect(hasP2pSections(`${OFFER}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n`)).toBe(false);
  expect(hasP2pSections(OFFER.replace('m=video 9', 'm=audio 9'))).toBe(false);
  expect(hasP2pSections(OFFER.replace('m=video 9', 'm=video 0'))).toBe(false);
});

test('the voice saves what silence costs, the sound of a screen is stereo, and nothing else changes', () => {
  const before = OFFER.split('\r\n');
  const after = withSound(OFFER).split('\r\n');
  expect(after.filter((line) => !before.includes(line))).toEqual([
    'a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1',
    'a=fmtp:96 useinbandfec=1;usedtx=0;stereo=1;sprop-stereo=1;maxaveragebitrate=128000',
  ]);
  expect(before.filter((line) => !after.includes(line))).toEqual(['a=fmtp:111 minptime=10;useinbandfec=1']);
  expect(after.at(-2)).toMatch(/^a=fmtp:96/);
});

test('what is as wished already, or has no Opus, stays as it is', () => {
  expect(withSound(withSound(OFFER))).toBe(withSound(OFFER));
  const other = OFFER.replaceAll('opus/48000/2', 'PCMU/8000');
  expect(withSound(other)).toBe(other);
});

test('the candidates of a description are found, and only as many as a message may bring', () => {
  expect(candidatesIn(OFFER)).toEqual([
    {
      candidate:
        'candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host generation 0 ufrag AbCd network-cost 999',
      sdpMid: '0',
      sdpMLineIndex: 0,
      usernameFragment: 'AbCd',
    },
  ]);
  expect([...usernameFragmentsIn(OFFER)]).toEqual(['AbCd']);
  const many = OFFER.replace(
    'a=mid:0',
    `a=mid:0\r\n${'a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n'.repeat(99)}`,
  );
  expect(candidatesIn(many)).toHaveLength(64);
});
