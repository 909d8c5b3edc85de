import { describe, expect, it } from 'vitest';
import { codeOf, type TransportParameters } from '@treff/protocol';
import { localDtlsParameters, localIceParameters, remoteAnswer } from './sdp.ts';

const FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':');
const transport: TransportParameters = {
  id: 't',
  iceParameters: { usernameFragment: 'user', password: 'secret', iceLite: true },
  iceCandidates: [
    {
      foundation: 'udp0',
      priority: 9,
      ip: '::1',
      address: '::1',
      protocol: 'udp',
      port: 10_000,
      type: 'host',
    },
    {
      foundation: 'tcp0',
      priority: 8,
      ip: '::1',
      address: '::1',
      protocol: 'tcp',
      port: 10_000,
      type: 'host',
      tcpType: 'passive',
    },
  ],
  dtlsParameters: { role: 'auto', fingerprints: [{ algorithm: 'sha-256', value: FINGERPRINT }] },
};
function thrown(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

describe('remoteAnswer', () => {
  it('names the credentials, the certificate and the UDP candidates of an ICE-lite server that waits', () => {
    const lines = remoteAnswer(transport).split('\r\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'a=ice-lite',
        'a=setup:passive',
        'a=ice-ufrag:user',
        'a=ice-pwd:secret',
        `a=fingerprint:sha-256 ${FINGERPRINT}`,
      ]),
    );
    expect(lines.filter((line) => line.startsWith('a=candidate:'))).toEqual([
      'a=candidate:udp0 1 udp 9 ::1 10000 typ host',
    ]);
  });

  it('refuses parameters that lead nowhere', () => {
    expect(codeOf(thrown(() => remoteAnswer({ ...transport, iceCandidates: [] })))).toBe(
      'media/transport-failed',
    );
    expect(codeOf(thrown(() => remoteAnswer({ ...transport, dtlsParameters: { fingerprints: [] } })))).toBe(
      'media/transport-failed',
    );
  });
});

describe('localDtlsParameters', () => {
  it('finds the fingerprint of an offer', () => {
    expect(localDtlsParameters(`v=0\r\na=fingerprint:sha-256 ${FINGERPRINT}\r\n`)).toEqual({
      role: 'client',
      fingerprints: [{ algorithm: 'sha-256', value: FINGERPRINT }],
    });
    expect(codeOf(thrown(() => localDtlsParameters('v=0\r\n')))).toBe('media/transport-failed');
  });
});

describe('localIceParameters', () => {
  it('finds the credentials of an offer', () => {
    expect(localIceParameters('v=0\r\na=ice-ufrag:user\r\na=ice-pwd:secret\r\n')).toEqual({
      usernameFragment: 'user',
      password: 'secret',
    });
    expect(codeOf(thrown(() => localIceParameters('v=0\r\na=ice-ufrag:user\r\n')))).toBe(
      'media/transport-failed',
    );
  });
});
