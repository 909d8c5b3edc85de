import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import {
  ATTRIBUTE,
  decode,
  encode,
  peerAddress,
  uint32,
  type Answer,
  type Attribute,
  type Challenge,
  type Credentials,
} from './stun.ts';

const ALLOCATE = 0x0003;
const REFRESH = 0x0004;
const CREATE_PERMISSION = 0x0008;
const CHANNEL_BIND = 0x0009;
const SEND_INDICATION = 0x0016;

/** Milliseconds between two tries of a request (RFC 8489 section 6.2.1), and how many there are. */
const RETRY_MS = 500;
const TRIES = 10;
const STALE_NONCE = 438;
const UNAUTHORIZED = 401;
const UDP = 17;

/** The error code of a TURN answer (RFC 8656 section 19), or `ok`. */
export type Outcome = 'ok' | number;

/** A TURN client (RFC 8656) over UDP that asks for exactly what a test says, and tells what the server says to it. */
export class TurnClient {
  readonly #socket: Socket;
  readonly #server: { readonly address: string; readonly port: number };
  readonly #credentials: Credentials;
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  #challenge: Challenge | undefined;
  #channels = 0x4000;

  private constructor(
    socket: Socket,
    server: { readonly address: string; readonly port: number },
    credentials: Credentials,
  ) {
    this.#socket = socket;
    this.#server = server;
    this.#credentials = credentials;
    socket.on('message', (message) => {
      if (message.length < 20) return;
      const answer = decode(message);
      this.#waiting.get(answer.transaction.toString('hex'))?.(answer);
    });
  }

  static async open(
    server: { readonly address: string; readonly port: number },
    credentials: Credentials,
  ): Promise<TurnClient> {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4').bind(0);
    await once(socket, 'listening');
    return new TurnClient(socket, server, credentials);
  }

  /** A relayed address of the family. */
  allocate(family: 4 | 6 = 4): Promise<Outcome> {
    return this.#request(ALLOCATE, () => [
      { type: ATTRIBUTE.requestedTransport, value: Buffer.from([UDP, 0, 0, 0]) },
      ...(family === 6 ? [{ type: ATTRIBUTE.requestedAddressFamily, value: Buffer.from([2, 0, 0, 0]) }] : []),
    ]);
  }

  /** Seconds; 0 gives the allocation up. */
  refresh(lifetime: number): Promise<Outcome> {
    return this.#request(REFRESH, () => [{ type: ATTRIBUTE.lifetime, value: uint32(lifetime) }]);
  }

  /** See `peerAddress` for how an IPv6 address is written. */
  createPermission(peer: string): Promise<Outcome> {
    return this.#request(CREATE_PERMISSION, (transaction) => [
      { type: ATTRIBUTE.xorPeerAddress, value: peerAddress(peer, 0, transaction) },
    ]);
  }

  bindChannel(peer: string, port: number): Promise<Outcome> {
    const channel = Buffer.alloc(4);
    channel.writeUInt16BE(this.#channels++);
    return this.#request(CHANNEL_BIND, (transaction) => [
      { type: ATTRIBUTE.channelNumber, value: channel },
      { type: ATTRIBUTE.xorPeerAddress, value: peerAddress(peer, port, transaction) },
    ]);
  }

  /** Not answered, whatever becomes of it. */
  send(peer: string, port: number, data: Buffer): void {
    const { message } = encode(SEND_INDICATION, (transaction) => [
      { type: ATTRIBUTE.xorPeerAddress, value: peerAddress(peer, port, transaction) },
      { type: ATTRIBUTE.data, value: data },
    ]);
    this.#socket.send(message, this.#server.port, this.#server.address);
  }

  close(): void {
    this.#socket.close();
  }

  async #request(type: number, attributes: (transaction: Buffer) => Attribute[]): Promise<Outcome> {
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#ask(type, attributes);
      const realm = answer.get(ATTRIBUTE.realm);
      const nonce = answer.get(ATTRIBUTE.nonce);
      const challenged =
        answer.error === STALE_NONCE || (answer.error === UNAUTHORIZED && this.#challenge === undefined);
      if (!challenged || realm === undefined || nonce === undefined || attempt > 1)
        return answer.error ?? 'ok';
      this.#challenge = { realm, nonce };
    }
  }

  async #ask(type: number, attributes: (transaction: Buffer) => Attribute[]): Promise<Answer> {
    const signature =
      this.#challenge === undefined ? undefined : { ...this.#credentials, ...this.#challenge };
    const { message, transaction } = encode(type, attributes, signature);
    const key = transaction.toString('hex');
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#waiting.set(key, resolve);
    let tries = 0;
    const attempt = () => {
      if (++tries > TRIES) reject(new Error('The TURN server does not answer'));
      else this.#socket.send(message, this.#server.port, this.#server.address);
    };
    attempt();
    const timer = setInterval(attempt, RETRY_MS);
    return promise.finally(() => {
      clearInterval(timer);
      this.#waiting.delete(key);
    });
  }
}
