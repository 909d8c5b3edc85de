import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STANDARD_CODECS } from '@treff/conference';
import { CLOSE, LIMITS } from '@treff/protocol';
import { FakeBridge } from '@treff/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STANDARD_CAMERA } from '../src/config-camera.ts';
import { readConfig, startServer, type RunningServer } from '../src/index.ts';
import { TestLogger } from './meeting.ts';
import { TestClient, until, webSocketLine } from './test-client.ts';

const PUBLIC_URL = 'https://meet.example.org';
const SCRIPT = 'console.log(1);\n'.repeat(100);
const PAGE = '<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__"><title>Treff</title>';

let folder: string;
let bridge: FakeBridge;
let logger: TestLogger;
let server: RunningServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treff-server-'));
  const webRoot = join(folder, 'dist');
  await mkdir(join(webRoot, 'assets'), { recursive: true });
  await writeFile(join(webRoot, 'index.html'), PAGE);
  await writeFile(join(webRoot, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(join(webRoot, 'assets', 'main-abc123.js'), SCRIPT);
  bridge = new FakeBridge();
  logger = new TestLogger();
  const config = {
    http: { port: 0, host: undefined },
    publicUrl: PUBLIC_URL,
    dataDir: join(folder, 'data'),
    p2p: true,
    codecs: STANDARD_CODECS,
    camera: STANDARD_CAMERA,
    roles: { moderators: 'first' as const, promotes: true },
    startMuted: { microphone: false, camera: false },
    access: readConfig({}).access,
    jwt: undefined,
    oidc: undefined,
    stun: { port: undefined },
    turn: undefined,
  };
  server = await startServer(config, { bridge, logger, webRoot });
});

afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
  logger.assertNoErrors();
});

const get = (path: string, init: RequestInit = {}) =>
  fetch(`http://localhost:${server.port}${path}`, { redirect: 'manual', ...init });

/** As a client would that does not tidy paths up. Resolves with the whole answer. */
async function raw(text: string): Promise<string> {
  const socket = connect(server.port, 'localhost').setEncoding('utf8');
  let answer = '';
  socket.on('data', (data: string) => (answer += data));
  socket.write(text.replaceAll('\n', '\r\n'));
  await once(socket, 'close');
  return answer;
}

async function joined(name: string, port: number = server.port): Promise<TestClient> {
  const client = new TestClient(await webSocketLine(`ws://localhost:${port}/ws`));
  client.hello();
  await until(() => client.room !== '');
  client.join(name);
  await until(() => client.view !== undefined);
  return client;
}

/** A UDP port that nobody uses now. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

describe('the page', () => {
  it.each(['/', '/room', '/gr%C3%B6%C3%9Fe', '/room?jwt=abc'])(
    'is served at %s with a nonce of its own',
    async (path) => {
      const nonces = new Set<string>();
      for (let visit = 0; visit < 2; visit++) {
        const response = await get(path);
        const html = await response.text();
        const nonce = /nonce="([^"]+)"/.exec(html)?.[1] ?? '';
        expect(response.status).toBe(200);
        expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
        expect(response.headers.get('content-security-policy')).toContain(`'nonce-${nonce}'`);
        expect(response.headers.get('cache-control')).toBe('no-cache');
        expect(html).not.toContain('__CSP_NONCE__');
        nonces.add(nonce);
      }
      expect(nonces.size).toBe(2);
    },
  );

  it('comes with headers that keep things to themselves', async () => {
    for (const path of ['/room', '/nothing/here', '/about/health', '/favicon.svg', '/%E0%A4%A']) {
      const { headers } = await get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('permissions-policy')).toContain('camera=(self)');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    }
  });

  it('of a room is at one address; others lead there and keep the query', async () => {
    const response = await get('/My%20Room?lang=de&x=%20');
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('/myroom?lang=de&x=%20');
    expect((await get('/%E0%A4%A')).headers.get('location')).toBe('/e0a4a');
  });

  it.each([
    '/about',
    '/api/x',
    '/assets/none.js',
    '/index.html/x',
    '/a/b/c',
    '/assets/main-abc123.js.br',
    '/assets/',
  ])('is not at %s', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ status: 404 });
  });

  it.each([
    '/../data/secret',
    '/assets/../../data/secret',
    '/assets/%2e%2e/%2e%2e/data/secret',
    '//etc/passwd',
    '/..%2fdata%2fsecret',
  ])('lets nobody out of its folder: %s', async (path) => {
    const answer = await raw(`GET ${path} HTTP/1.1\nHost: x\nConnection: close\n\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 (302|400|404) /);
  });

  it('is only read: other methods are refused', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const response = await get('/room', { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, HEAD');
    }
    const head = await get('/room', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
  });
});

describe('files', () => {
  it('with a hash in their name are kept for ever', async () => {
    const plain = await get('/assets/main-abc123.js', { headers: { 'accept-encoding': 'identity' } });
    expect(await plain.text()).toBe(SCRIPT);
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(plain.headers.get('content-encoding')).toBeNull();
  });

  it.each([
    ['gzip, deflate, br', 'br'],
    ['gzip;q=0.5, br;q=0', 'gzip'],
    ['gzip', 'gzip'],
  ])('come compressed to who accepts %s', async (accepted, encoding) => {
    for (let request = 0; request < 2; request++) {
      const response = await get('/assets/main-abc123.js', { headers: { 'accept-encoding': accepted } });
      expect(response.headers.get('content-encoding')).toBe(encoding);
      expect(response.headers.get('vary')).toBe('accept-encoding');
      expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
      expect(Number(response.headers.get('content-length'))).toBeLessThan(SCRIPT.length / 2);
      expect(await response.text()).toBe(SCRIPT);
    }
  });

  it('without one are asked for again, and are never a page of their own', async () => {
    const response = await get('/favicon.svg');
    expect(response.headers.get('content-type')).toBe('image/svg+xml');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    const etag = response.headers.get('etag') ?? '';
    const again = await raw(
      `GET /favicon.svg HTTP/1.1\nHost: x\nIf-None-Match: ${etag}\nConnection: close\n\n`,
    );
    expect(again).toMatch(/^HTTP\/1\.1 304 /);
  });
});

describe('a start', () => {
  it('on a port that is taken fails and leaves nothing behind', async () => {
    const other = new FakeBridge();
    const config = {
      http: { port: server.port, host: undefined },
      publicUrl: undefined,
      dataDir: folder,
      p2p: true,
      codecs: STANDARD_CODECS,
      camera: STANDARD_CAMERA,
      roles: { moderators: 'first' as const, promotes: true },
      startMuted: { microphone: false, camera: false },
      access: readConfig({}).access,
      jwt: undefined,
      oidc: undefined,
      stun: { port: undefined },
      turn: undefined,
    };
    await expect(startServer(config, { bridge: other, logger, webRoot: folder })).rejects.toThrow(
      /EADDRINUSE/,
    );
    expect(other.listenerCount).toBe(0);
  });

  it('without TURN tells clients of STUN alone, at the host that they asked', async () => {
    const ann = await joined('Ann');
    expect(ann.iceServers).toEqual({ servers: [] });
    const config = {
      http: { port: 0, host: undefined },
      publicUrl: undefined,
      dataDir: folder,
      p2p: true,
      codecs: STANDARD_CODECS,
      camera: STANDARD_CAMERA,
      roles: { moderators: 'first' as const, promotes: true },
      startMuted: { microphone: false, camera: false },
      access: readConfig({}).access,
      jwt: undefined,
      oidc: undefined,
      stun: { port: await freePort() },
      turn: undefined,
    };
    const other = await startServer(config, { bridge: new FakeBridge(), logger, webRoot: folder });
    try {
      const bo = await joined('Bo', other.port);
      expect(bo.iceServers).toEqual({ servers: [{ urls: [`stun:localhost:${config.stun.port}`] }] });
      // The same port again: the first one answers there.
      await expect(
        startServer(config, { bridge: new FakeBridge(), logger, webRoot: folder }),
      ).rejects.toThrow(/EADDRINUSE/);
    } finally {
      await other.stop();
    }
  });
});

describe('health', () => {
  it('is good while the bridge takes conferences, and bad while it does not', async () => {
    expect((await get('/about/health')).status).toBe(200);
    bridge.lose();
    bridge.fail('open', 'media/bridge-unavailable');
    expect((await get('/about/health')).status).toBe(503);
    expect(await (await get('/about/health')).json()).toEqual({ healthy: true });
    expect(bridge.openConferences).toHaveLength(1);
  });
});

describe('the WebSocket', () => {
  it('carries a meeting of three, over a loss', async () => {
    const [ann, bo, cy] = [await joined('Ann'), await joined('Bo'), await joined('Cy')];
    const source = ann.publish('microphone');
    await until(() => bo.consuming.size === 1 && cy.consuming.size === 1);
    ann.command({ type: 'mute-source', source, muted: true });
    await until(() => cy.view?.sources[0]?.muted === true);
    bo.line.close(1006);
    await until(() => ann.view?.participants[1]?.connection === 'interrupted');
    cy.command({ type: 'rename', displayName: 'Cyd' });
    bo.attach(await webSocketLine(`ws://localhost:${server.port}/ws`));
    bo.hello();
    bo.resume();
    await until(() => bo.names[2] === 'Cyd' && bo.view?.participants[1]?.connection === 'connected');
    bo.line.close(1001);
    await until(() => ann.names.length === 2);
    cy.send({ type: 'leave' });
    await until(() => cy.closeCode === 1000);
    ann.line.close(1000);
    await until(() => server.inspect().sockets === 0 && server.inspect().seats === 0);
    expect(server.inspect()).toEqual({ conferences: 0, seats: 0, outboxBytes: 0, sockets: 0 });
  });

  it.each([
    ['its own page', (port: number) => `http://localhost:${port}`],
    ['the public address', () => PUBLIC_URL],
  ])('opens for %s', async (_whose, origin) => {
    const line = await webSocketLine(`ws://localhost:${server.port}/ws`, { origin: origin(server.port) });
    line.close(1000);
    await until(() => server.inspect().sockets === 0);
    expect(server.inspect().conferences).toBe(0);
  });

  it.each(['https://evil.example', 'null', 'http://localhost:1', 'https://meet.example.org.evil.example'])(
    'does not open for pages of %s',
    async (origin) => {
      await expect(webSocketLine(`ws://localhost:${server.port}/ws`, { origin })).rejects.toThrow(/403/);
    },
  );

  it('is at its own path only', async () => {
    await expect(webSocketLine(`ws://localhost:${server.port}/room`)).rejects.toThrow(/404/);
  });

  it('closes on a message that is far too large, on binary data before hello, and on a broken frame', async () => {
    for (const attack of ['x'.repeat(3 * LIMITS.messageBytes), Buffer.from([1, 2, 3])]) {
      const line = await webSocketLine(`ws://localhost:${server.port}/ws`);
      const client = new TestClient(line);
      line.send(attack as string);
      await until(() => client.closeCode !== undefined);
    }
    const answer = await raw(
      'GET /ws HTTP/1.1\nHost: x\nUpgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n\n\xff\xff\xff',
    );
    expect(answer).toContain('101');
    await until(() => server.inspect().sockets === 0);
  });

  it('of everybody is closed with a word when the server stops', async () => {
    const [ann, stranger] = [
      await joined('Ann'),
      new TestClient(await webSocketLine(`ws://localhost:${server.port}/ws`)),
    ];
    await server.stop();
    for (const client of [ann, stranger]) {
      await until(() => client.closeCode !== undefined);
      expect(client.errors).toEqual(['server/stopping']);
      expect(client.closeCode).toBe(CLOSE.goingAway);
    }
    expect(bridge.listenerCount).toBe(0);
    await expect(get('/')).rejects.toThrow(/fetch failed/);
  });
});
