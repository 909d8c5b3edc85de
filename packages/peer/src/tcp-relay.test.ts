import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TcpRelay } from './tcp-relay.ts';

let server: Server;
let peer: UdpSocket;
let port: number;
beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  peer = createSocket('udp4').bind(0, '127.0.0.1');
  await once(peer, 'listening');
});
afterEach(() => {
  server.close();
  peer.close();
});

const framed = (text: string) => Buffer.concat([Buffer.of(0, text.length), Buffer.from(text)]);

/** Resolves with all bytes that came once there are `count`. */
async function read(socket: Socket, count: number): Promise<Buffer> {
  let all = Buffer.alloc(0);
  while (all.length < count) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    all = Buffer.concat([all, chunk]);
  }
  return all;
}

describe('TcpRelay', () => {
  it('frames what the peer sends, and cuts what the server sends, wherever TCP breaks it', async () => {
    const accepted = once(server, 'connection');
    const relay = await TcpRelay.open('127.0.0.1', port);
    const [socket] = (await accepted) as [Socket];

    const sent = read(socket, 7);
    peer.send('hello', relay.port, '127.0.0.1');
    expect(await sent).toEqual(framed('hello'));

    const datagrams: string[] = [];
    const three = new Promise<void>((resolve) => {
      peer.on('message', (datagram) => datagrams.push(datagram.toString()) === 3 && resolve());
    });
    const stream = Buffer.concat(['one', 'two', 'three'].map(framed));
    for (const byte of stream) {
      // Each byte in a segment of its own, as far as TCP allows.
      const flushed = new Promise((resolve) => {
        socket.write(Buffer.of(byte), resolve);
      });
      await flushed;
    }
    await three;
    expect(datagrams).toEqual(['one', 'two', 'three']);

    const closed = once(socket, 'close');
    relay.close();
    relay.close();
    await closed;
  });

  it('rejects where nobody listens', async () => {
    server.close();
    await once(server, 'close');
    await expect(TcpRelay.open('127.0.0.1', port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
