import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressPrefix, clientAddress, readTrustedProxies, type TrustedProxies } from './client-address.ts';

function trusted(...blocks: string[]): TrustedProxies {
  const proxies = readTrustedProxies(blocks);
  if (proxies === undefined) throw new Error('not understood');
  return proxies;
}

function from(peer: string | undefined, forwarded: string | undefined, proxies: TrustedProxies): string {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: peer });
  const request = new IncomingMessage(socket);
  if (forwarded !== undefined) request.headers['x-forwarded-for'] = forwarded;
  return clientAddress(request, proxies);
}

const LOOPBACK = trusted('127.0.0.0/8', '::1');

describe('the address of a client', () => {
  it.each([
    ['of who asks directly is the peer’s', '203.0.113.7', undefined, '203.0.113.7'],
    ['is not what somebody says who is no proxy', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['is whom the proxy names', '127.0.0.1', '198.51.100.1', '198.51.100.1'],
    [
      'is whom the proxy appended, not what came before',
      '127.0.0.1',
      '1.2.3.4, 198.51.100.1',
      '198.51.100.1',
    ],
    [
      'is not moved by a proxy’s name in what was made up',
      '::1',
      '1.2.3.4, 127.0.0.1, 198.51.100.1',
      '198.51.100.1',
    ],
    ['passes by several proxies that are trusted', '127.0.0.1', '198.51.100.1, 127.0.0.2', '198.51.100.1'],
    ['is the first one’s if all are trusted', '127.0.0.1', '127.0.0.3,127.0.0.2', '127.0.0.3'],
    ['is the proxy’s if it says nothing', '127.0.0.1', undefined, '127.0.0.1'],
    ['is the proxy’s if it says nonsense', '127.0.0.1', '198.51.100.1, unknown', '127.0.0.1'],
    ['is the proxy’s if it says nothing in many words', '127.0.0.1', ' , ,', '127.0.0.1'],
    ['is IPv4 where IPv6 wraps it', '::ffff:127.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['may come with a port', '127.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
    ['may be of IPv6', '::1', '2001:db8::7', '2001:db8::7'],
    ['may be of IPv6 with a port', '::1', '[2001:db8::7]:4711', '2001:db8::7'],
    ['comes without a zone', 'fe80::1%eth0', undefined, 'fe80::1'],
    ['is empty of who is gone', undefined, '198.51.100.1', ''],
  ])('%s', (_, peer, forwarded, expected) => {
    expect(from(peer, forwarded, LOOPBACK)).toBe(expected);
  });

  it('can’t be chosen by who comes through a proxy, whatever they send', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.ipV4()).map((list) => list.join(', ')),
        ),
        (made) => {
          expect(from('127.0.0.1', `${made}, 198.51.100.1`, LOOPBACK)).toBe('198.51.100.1');
          expect(from('198.51.100.1', made, LOOPBACK)).toBe('198.51.100.1');
        },
      ),
    );
  });
});

describe('trusted proxies', () => {
  it('are addresses and blocks of them', () => {
    const proxies = trusted('10.0.0.0/8', '192.0.2.1', '2001:db8::/32');
    for (const address of ['10.255.0.1', '192.0.2.1', '2001:db8:ffff::1'])
      expect(proxies(address)).toBe(true);
    for (const address of ['11.0.0.1', '192.0.2.2', '2001:db9::1', '127.0.0.1', '', 'nonsense'])
      expect(proxies(address)).toBe(false);
    expect(trusted()('127.0.0.1')).toBe(false);
  });

  it.each(['', 'proxy', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '2001:db8::/129', '10.0.0.0/-1'])(
    'are not %j',
    (block) => {
      expect(readTrustedProxies(['192.0.2.1', block])).toBeUndefined();
    },
  );
});

describe('what stands for an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
    ['2001:DB8:0:1::9', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ])('of %j is %j', (address, prefix) => {
    expect(addressPrefix(address)).toBe(prefix);
  });
});
