import { iceServers as schema } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { createIceServers, isTurnUrl } from './ice-servers.ts';

const NONE = { stunPort: undefined, turn: undefined, publicUrl: undefined };
const TURN = { urls: ['turn:turn.example.org', 'turns:turn.example.org:443?transport=tcp'], secret: 'north' };

describe('the STUN server', () => {
  const urlFor = (host: string | undefined, publicUrl?: string) =>
    createIceServers({ ...NONE, stunPort: 3478, publicUrl })(host).servers.flatMap(({ urls }) => urls);

  it.each([
    ['meet.example.org', 'stun:meet.example.org:3478'],
    ['Meet.Example.org:8000', 'stun:meet.example.org:3478'],
    ['localhost:8000', 'stun:localhost:3478'],
    ['192.0.2.7:8000', 'stun:192.0.2.7:3478'],
    ['[2001:db8::7]:8000', 'stun:[2001:db8::7]:3478'],
  ])('is where the page came from: %s', (host, url) => {
    expect(urlFor(host)).toEqual([url]);
  });

  it('is at the public address if there is one, whatever a proxy says', () => {
    expect(urlFor('127.0.0.1:8000', 'https://meet.example.org')).toEqual(['stun:meet.example.org:3478']);
    expect(urlFor(undefined, 'https://[2001:db8::7]:8443')).toEqual(['stun:[2001:db8::7]:3478']);
  });

  it.each([
    undefined,
    '',
    ':8000',
    'a b',
    'user@evil.example',
    'x/y',
    'x?transport=tcp',
    '[::1',
    '[1]',
    'x:99999',
    'ä.example',
  ])('is not told where the host is not one: %s', (host) => {
    expect(urlFor(host)).toEqual([]);
  });

  it('is not told when it is off', () => {
    expect(createIceServers(NONE)('meet.example.org')).toEqual({ servers: [] });
  });
});

describe('TURN servers', () => {
  it('come with credentials that last five minutes', () => {
    const told = createIceServers({ ...NONE, turn: TURN, wallClock: () => 1_700_000_000_999 })('localhost');
    expect(schema.safeParse(told).success).toBe(true);
    expect(told.expiresInMs).toBe(300_000);
    expect(told.servers.map(({ urls }) => urls)).toEqual([TURN.urls]);
    expect(told.servers[0]?.username).toMatch(/^1700000300:[0-9a-f]{16}$/);
  });

  it('can check the credentials with the secret alone', async () => {
    const [server] = createIceServers({ ...NONE, turn: TURN })(undefined).servers;
    // As the TURN server does: the HMAC of the user name.
    const encoder = new TextEncoder();
    const algorithm = { name: 'HMAC', hash: 'SHA-1' };
    const key = await crypto.subtle.importKey('raw', encoder.encode('north'), algorithm, false, ['verify']);
    const signature = Buffer.from(server?.credential ?? '', 'base64');
    const signed = encoder.encode(server?.username);
    expect(await crypto.subtle.verify('HMAC', key, signature, signed)).toBe(true);
  });

  it('never see the same user twice', () => {
    const tell = createIceServers({ ...NONE, turn: TURN, wallClock: () => 0 });
    const names = Array.from({ length: 100 }, () => tell('localhost').servers[0]?.username);
    expect(new Set(names).size).toBe(100);
  });

  it('are told beside STUN', () => {
    const told = createIceServers({ ...NONE, stunPort: 3478, turn: TURN })('localhost');
    expect(told.servers.map(({ urls }) => urls)).toEqual([['stun:localhost:3478'], TURN.urls]);
  });
});

describe('the address of a TURN server', () => {
  it.each([
    'turn:turn.example.org',
    'turn:turn.example.org:3478',
    'turn:192.0.2.7:3478?transport=udp',
    'turn:[2001:db8::7]:3478?transport=tcp',
    'turns:turn.example.org:443?transport=tcp',
    'TURNS:turn.example.org',
  ])('may be %s', (url) => {
    expect(isTurnUrl(url)).toBe(true);
  });

  it.each([
    'turn.example.org',
    'stun:turn.example.org',
    'turn://turn.example.org',
    'turn:',
    'turn:user@turn.example.org',
    'turn:turn.example.org:0',
    'turn:turn.example.org:65536',
    'turn:turn.example.org?transport=sctp',
    'turn:turn.example.org?x=y',
    'turn:[2001:db8::7',
    'turn:[1]',
    'turn:2001:db8::7',
    'turn:turn example.org',
    `turn:${'x'.repeat(600)}`,
  ])('is not %s', (url) => {
    expect(isTurnUrl(url)).toBe(false);
  });
});
