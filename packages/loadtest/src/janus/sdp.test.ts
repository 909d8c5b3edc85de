import { describe, expect, it } from 'vitest';
import { publisherOffer, remoteTransport, sectionsOf, subscriberAnswer, type LocalTransport } from './sdp.ts';

const transport: LocalTransport = {
  dtls: { role: 'client', fingerprints: [{ algorithm: 'sha-256', value: 'AB:CD' }] },
  ice: { usernameFragment: 'frag', password: 'secret' },
};

/** As Janus 1.1 offers to a subscriber, shortened. */
const OFFER = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=VideoRoom 1',
  't=0 0',
  'a=group:BUNDLE 0 1 2',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=sendonly',
  'a=mid:0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:efgh',
  'a=fingerprint:sha-256 01:23:AF',
  'a=setup:actpass',
  'a=ssrc:77 cname:janus',
  'a=candidate:1 1 udp 2015363327 127.0.0.1 34567 typ host',
  'a=candidate:1 2 udp 2015363326 127.0.0.1 34568 typ host',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97',
  'a=mid:1',
  'a=ssrc:88 cname:janus',
  'm=video 0 UDP/TLS/RTP/SAVPF 96',
  'a=inactive',
  'a=mid:2',
].join('\r\n');

describe('what is said to Janus', () => {
  it('offers each source in a section of its own, as the active end of DTLS', () => {
    const encodings = [{ ssrc: 5 }];
    const offer = publisherOffer(transport, [
      { kind: 'audio', rtpParameters: { mid: '1', codecs: [], encodings } },
      { kind: 'video', rtpParameters: { mid: '2', codecs: [], encodings: [{ ssrc: 6 }] } },
    ]);
    expect(offer).toContain('a=group:BUNDLE 1 2\r\n');
    expect(offer).toMatch(
      /m=audio [^]*a=mid:1\r\na=sendonly[^]*a=setup:active\r\na=ssrc:5 [^]*m=video [^]*a=ssrc:6 /,
    );
    expect(offer).toContain('a=ice-ufrag:frag\r\na=ice-pwd:secret\r\na=fingerprint:sha-256 AB:CD\r\n');
  });

  it('finds what is sent in an offer, and passes over what is not', () => {
    expect(sectionsOf(OFFER)).toEqual([
      { mid: '0', kind: 'audio', ssrc: 77, payloadType: 111 },
      { mid: '1', kind: 'video', ssrc: 88, payloadType: 96 },
    ]);
  });

  it('answers with a section for each', () => {
    const answer = subscriberAnswer(transport, sectionsOf(OFFER));
    expect(answer.match(/^m=/gm)).toHaveLength(2);
    expect(answer.match(/^a=recvonly/gm)).toHaveLength(2);
    expect(answer).not.toContain('a=ssrc');
  });

  it('finds where Janus is', () => {
    expect(remoteTransport(OFFER)).toMatchObject({
      iceParameters: { usernameFragment: 'abcd', password: 'efgh' },
      iceCandidates: [{ address: '127.0.0.1', port: 34_567, protocol: 'udp', type: 'host' }],
      dtlsParameters: { fingerprints: [{ algorithm: 'sha-256', value: '01:23:AF' }] },
    });
    expect(() => remoteTransport('v=0')).toThrow('has no');
  });
});
