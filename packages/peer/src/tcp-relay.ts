import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket as TcpSocket } from 'node:net';

/** Bytes that may wait in the TCP connection before packets are dropped, as a router would. */
const MAX_BACKLOG = 1024 * 1024;

/**
 * Carries a native peer's datagrams over one TCP connection (ICE-TCP with the framing of RFC 4571), for the peer's own library loses the framing
 * when two of its threads write at once. To the peer it is a server on a UDP port of this machine; the server sees an active TCP candidate.
 */
export class TcpRelay {
  /** Where the peer sends to, on 127.0.0.1. */
  readonly port: number;
  readonly #udp: UdpSocket;
  readonly #tcp: TcpSocket;
  #peerPort = 0;
  #closed = false;
  #received: Buffer = Buffer.alloc(0);

  /** Rejects if the server does not accept; leaves nothing open then. `localAddress`: where the connection leaves from. */
  static async open(address: string, port: number, localAddress?: string): Promise<TcpRelay> {
    const udp = createSocket('udp4');
    const tcp = connect({
      host: address,
      port,
      noDelay: true,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    try {
      udp.bind(0, '127.0.0.1');
      await Promise.all([once(udp, 'listening'), once(tcp, 'connect')]);
      return new TcpRelay(udp, tcp);
    } catch (error) {
      udp.close();
      tcp.destroy();
      throw error;
    }
  }

  private constructor(udp: UdpSocket, tcp: TcpSocket) {
    this.#udp = udp;
    this.#tcp = tcp;
    this.port = udp.address().port;
    udp.on('message', (datagram, { port: from }) => {
      this.#peerPort = from;
      if (tcp.destroyed || tcp.writableLength > MAX_BACKLOG) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(datagram.length, 0);
      tcp.cork();
      tcp.write(length);
      tcp.write(datagram);
      tcp.uncork();
    });
    tcp.on('data', (chunk: Buffer) => this.#onData(chunk));
    // A broken connection is a silent one: the peer's ICE notices.
    for (const socket of [udp, tcp]) socket.on('error', () => tcp.destroy());
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#tcp.destroy();
    this.#udp.close();
  }

  #onData(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    let at = 0;
    while (at + 2 <= this.#received.length) {
      const end = at + 2 + this.#received.readUInt16BE(at);
      if (end > this.#received.length) break;
      if (this.#peerPort > 0 && !this.#closed)
        this.#udp.send(this.#received.subarray(at + 2, end), this.#peerPort, '127.0.0.1');
      at = end;
    }
    this.#received = this.#received.subarray(at);
  }
}
