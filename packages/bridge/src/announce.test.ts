import { describe, expect, it } from 'vitest';
import { type InterfaceAddress, announcedAddresses, iceCandidates, listenAddresses } from './announce.ts';

const at = (name: string, address: string, internal = false): InterfaceAddress => ({
  interface: name,
  address,
  internal,
});
const LOOPBACK = [at('lo', '127.0.0.1', true), at('lo', '::1', true)];
const HOST = [
  ...LOOPBACK,
  at('docker0', '172.17.0.1'),
  at('eth0', 'fd00::2'),
  at('eth0', 'fe80::fc:ff:fe00:1'),
  at('eth0', '192.0.2.2'),
];

describe('announced addresses', () => {
  it('are all of this machine by default: those that outsiders reach first, containers and loopback last', () => {
    expect(announcedAddresses([], HOST)).toEqual(['192.0.2.2', 'fd00::2', '172.17.0.1', '127.0.0.1', '::1']);
  });

  it('leave link-local addresses out', () => {
    const interfaces = [...LOOPBACK, at('eth0', '169.254.3.4'), at('eth0', 'FE80::1'), at('eth1', 'febf::1')];
    expect(announcedAddresses([], interfaces)).toEqual(['127.0.0.1', '::1']);
  });

  it('are exactly the advertised ones where those are given, in their order and each once', () => {
    expect(announcedAddresses(['2001:db8::7', '203.0.113.7', '2001:db8::7'], HOST)).toEqual([
      '2001:db8::7',
      '203.0.113.7',
    ]);
  });

  it('are bounded, and loopback stays among them', () => {
    const many = Array.from({ length: 40 }, (_, index) => at(`eth${index}`, `192.0.2.${index}`));
    const announced = announcedAddresses([], [...LOOPBACK, ...many]);
    expect(announced).toHaveLength(16);
    expect(announced.slice(-2)).toEqual(['127.0.0.1', '::1']);
  });
});

describe('listen addresses', () => {
  it('are one wildcard of each family by default', () => {
    expect(listenAddresses([], HOST)).toEqual([
      { ip: '0.0.0.0', family: 4 },
      { ip: '::', family: 6 },
    ]);
  });

  it('have no IPv6 one on a machine without IPv6', () => {
    const interfaces = [at('lo', '127.0.0.1', true), at('eth0', '192.0.2.2')];
    expect(listenAddresses([], interfaces)).toEqual([{ ip: '0.0.0.0', family: 4 }]);
    expect(listenAddresses(['203.0.113.7', '2001:db8::7'], interfaces)).toEqual([
      { ip: '0.0.0.0', family: 4 },
    ]);
  });

  it('are the wildcard where an advertised address is another machine’s, as behind a NAT', () => {
    expect(listenAddresses(['203.0.113.7'], HOST)).toEqual([{ ip: '0.0.0.0', family: 4 }]);
    expect(listenAddresses(['203.0.113.7', '192.0.2.2'], HOST)).toEqual([{ ip: '0.0.0.0', family: 4 }]);
  });

  it('are the advertised addresses themselves where all of a family are this machine’s', () => {
    expect(listenAddresses(['192.0.2.2', '2001:db8::7'], HOST)).toEqual([
      { ip: '192.0.2.2', family: 4 },
      { ip: '::', family: 6 },
    ]);
  });
});

describe('ICE candidates', () => {
  it('are UDP and passive TCP for each address, UDP preferred, then earlier addresses', () => {
    const candidates = iceCandidates(['203.0.113.7', '::1'], 10_001);
    expect(
      candidates.map(({ protocol, address, port, tcpType }) => [protocol, address, port, tcpType]),
    ).toEqual([
      ['udp', '203.0.113.7', 10_001, undefined],
      ['udp', '::1', 10_001, undefined],
      ['tcp', '203.0.113.7', 10_001, 'passive'],
      ['tcp', '::1', 10_001, 'passive'],
    ]);
    const priorities = candidates.map(({ priority }) => priority);
    expect(priorities).toEqual(priorities.toSorted((one, other) => other - one));
    expect(new Set(candidates.map(({ foundation }) => foundation)).size).toBe(4);
    for (const priority of priorities) expect(priority).toBeLessThan(2 ** 31);
  });
});
