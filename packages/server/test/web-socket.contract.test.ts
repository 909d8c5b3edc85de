import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { CLOSE, LIMITS } from '@treff/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { WebSockets } from '../src/web-socket.ts';
import { ManualClock } from './manual-clock.ts';
import { TestMeetings } from './meeting.ts';
import { TestClient, until, webSocketLine } from './test-client.ts';

let clock: ManualClock;
let meetings: TestMeetings;
let sockets: WebSockets;
let http: Server;
let url: string;

beforeEach(async () => {
  clock = new ManualClock();
  meetings = new TestMeetings();
  const { logger, conferences: reception } = meetings;
  sockets = new WebSockets({
    clock,
    logger,
    reception,
    iceServers: () => ({ servers: [] }),
    addressOf: ({ headers }) => String(headers['x-address']),
    identify: async () => undefined,
    publicUrl: undefined,
    strangers: 3,
    strangersOfAddress: 2,
  });
  http = createServer();
  http.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  url = `ws://127.0.0.1:${address.port}`;
});

afterEach(async () => {
  const stopped = sockets.stop();
  clock.advance(10_000);
  await stopped;
  http.close();
  http.closeAllConnections();
  meetings.logger.assertNoErrors();
});

async function joined(name: string): Promise<TestClient> {
  const client = new TestClient(await webSocketLine(url));
  client.hello();
  await until(() => client.room !== '');
  client.join(name);
  await until(() => client.view !== undefined);
  return client;
}

/** On a socket that answers no pings. */
async function joinedSilently(name: string): Promise<{ client: TestClient; socket: WebSocket }> {
  const socket = new WebSocket(url, { autoPong: false });
  await once(socket, 'open');
  const client = new TestClient({
    send: (text) => socket.send(text),
    close: (code) => socket.close(code),
    onMessage: () => {},
    onClose: () => {},
  });
  const { line } = client;
  socket.on('message', (data) => {
    if (Buffer.isBuffer(data)) line.onMessage(data.toString());
  });
  client.hello();
  await until(() => client.room !== '');
  client.join(name);
  await until(() => client.view !== undefined);
  return { client, socket };
}

const stranger = async (address: string) =>
  new TestClient(await webSocketLine(url, { 'x-address': address }));

async function resume(client: TestClient): Promise<void> {
  client.attach(await webSocketLine(url));
  client.room = '';
  client.hello();
  await until(() => client.room !== '');
  client.resume();
  await until(() => client.resumed === 1);
}

describe('a socket', () => {
  it('whose other end does not answer pings is cut, and its seat is kept', async () => {
    const ann = await joined('Ann');
    const { client: bo, socket: silent } = await joinedSilently('Bo');
    let pings = 0;
    let closeCode = 0;
    silent.on('ping', () => pings++);
    silent.on('close', (code) => (closeCode = code));
    await until(() => ann.names.length === 2);
    for (let round = 1; round <= 2; round++) {
      clock.advance(LIMITS.pingIntervalMs);
      await until(() => pings === round);
      expect(closeCode).toBe(0);
      // Ann's answer has arrived when a later message of hers was answered.
      ann.send({ type: 'ping', nonce: round });
      await until(() => ann.pongs.includes(round));
    }
    clock.advance(LIMITS.pingIntervalMs);
    await until(() => closeCode !== 0);
    expect(closeCode).toBe(CLOSE.timeout);
    await until(() => ann.view?.participants[1]?.connection === 'interrupted');
    expect(ann.closeCode).toBeUndefined();
    // From now on, however long it had been dead.
    meetings.clock.advance(LIMITS.resumeMs - 1);
    await resume(bo);
    await until(() => ann.view?.participants[1]?.connection === 'connected');
  });

  it('that died without a word makes way at once for the one after it, and nobody else notices', async () => {
    const ann = await joined('Ann');
    const { client: bo, socket: dead } = await joinedSilently('Bo');
    await until(() => ann.names.length === 2);
    dead.pause();
    const { seq } = ann;
    await resume(bo);
    bo.command({ type: 'rename', displayName: 'Bob' });
    await until(() => ann.names[1] === 'Bob');
    expect(ann.seq).toBe(seq + 1);
    // Its end is not awaited for ever, either.
    await until(() => sockets.count === 3);
    clock.advance(2_000);
    await until(() => sockets.count === 2);
    dead.terminate();
  });

  it('whose other end does not answer a close is cut after a while', async () => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(
      'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    let received = 0;
    socket.on('data', (data: Buffer) => (received += data.length));
    await until(() => sockets.count === 1 && received > 0);
    const before = received;
    clock.advance(LIMITS.helloTimeoutMs);
    await until(() => received > before);
    expect(sockets.count).toBe(1);
    clock.advance(2_000);
    await until(() => sockets.count === 0);
    expect(socket.destroyed || socket.readableEnded || received > before).toBe(true);
    socket.destroy();
  });

  it('of a stranger too many is turned away with a code, and those who joined are no strangers', async () => {
    await joined('Ann');
    await joined('Bo');
    const strangers: TestClient[] = [];
    for (let count = 0; count < 4; count++) strangers.push(await stranger(`192.0.2.${count}`));
    await until(() => strangers[3]?.closeCode !== undefined);
    expect(strangers[3]?.messages).toEqual([
      { type: 'error', code: 'server/full', fatal: true, retryAfterMs: expect.any(Number) as number },
    ]);
    expect(strangers[3]?.closeCode).toBe(CLOSE.refused);
    strangers[0]?.line.close(1000);
    await until(() => sockets.count === 4);
    const next = await stranger('192.0.2.9');
    next.hello();
    await until(() => next.room !== '');
  });

  it('of one address too many is turned away, and others still come', async () => {
    const strangers: TestClient[] = [];
    for (let count = 0; count < 3; count++) strangers.push(await stranger('192.0.2.1'));
    await until(() => strangers[2]?.closeCode !== undefined);
    expect(strangers[2]?.errors).toEqual(['server/full']);
    await until(() => sockets.count === 2);
    const other = await stranger('192.0.2.2');
    other.hello();
    await until(() => other.room !== '');
  });
});
