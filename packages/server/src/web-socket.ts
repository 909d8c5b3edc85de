import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CLOSE, LIMITS, type IceServers } from '@treff/protocol';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Identity } from './access/identity.ts';
import { isOwnOrigin } from './access/origin.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import type { Reception } from './session.ts';
import { SocketSession, type Wire } from './socket-session.ts';

export interface WebSocketsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reception: Reception;
  /** Pages of this origin may connect, besides those of the host that was asked. */
  readonly publicUrl: string | undefined;
  /** Where a client comes from, for counting. */
  readonly addressOf: (request: IncomingMessage) => string;
  /** Whom a client's cookies show, verified. */
  readonly identify: (cookies: string | undefined) => Promise<Identity | undefined>;
  /** For one client; `host` is the name or address by which it reached this server, as far as it says so. */
  readonly iceServers: (host: string | undefined) => IceServers;
  /** How many may be here that have not joined; {@link LIMITS.unjoinedSockets} if absent. */
  readonly strangers?: number;
  /** How many of them from one address; {@link LIMITS.unjoinedSocketsOfAddress} if absent. */
  readonly strangersOfAddress?: number;
}

/** Milliseconds that the other end has to answer a close, before the connection is cut. */
const CLOSE_TIMEOUT_MS = 2_000;
const MISSED_PINGS = 2;
const FULL_RETRY_AFTER_MS = 10_000;

interface Connection {
  readonly socket: WebSocket;
  readonly session: SocketSession;
  unanswered: number;
}

/** The WebSockets of the server: who may connect, how many, and whether they still live. One session each. */
export class WebSockets {
  readonly #options: WebSocketsOptions;
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // Compression would cost memory for each socket, and media is not in it.
    perMessageDeflate: false,
    // Up to here a message that is too large is answered with a code; beyond it ws closes with 1009.
    maxPayload: 2 * LIMITS.messageBytes,
  });
  readonly #connections = new Set<Connection>();
  readonly #limit: number;
  readonly #limitOfAddress: number;
  readonly #strangers = new Set<SocketSession>();
  #sessions = 0;
  #stopHeartbeat: (() => void) | undefined;
  #stopping = false;

  constructor(options: WebSocketsOptions) {
    this.#options = options;
    this.#limit = options.strangers ?? LIMITS.unjoinedSockets;
    this.#limitOfAddress = options.strangersOfAddress ?? LIMITS.unjoinedSocketsOfAddress;
    this.#heartbeat();
  }

  get count(): number {
    return this.#connections.size;
  }

  /** Takes an HTTP upgrade (RFC 6455 section 4.2) over. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const failed = (error: Error) =>
      this.#options.logger.debug({ err: error }, 'a socket failed before it was open');
    socket.on('error', failed);
    if (this.#stopping) return refuseUpgrade(socket, '503 Service Unavailable');
    if (!isAllowed(request.headers.origin, request.headers.host, this.#options.publicUrl))
      return refuseUpgrade(socket, '403 Forbidden');
    // Beyond this not even an answer is owed.
    if (this.#strangers.size >= 2 * this.#limit) return refuseUpgrade(socket, '503 Service Unavailable');
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      // It would keep the request for as long as the socket lives.
      socket.off('error', failed);
      this.#open(webSocket, request);
    });
  }

  /** Ends all of them. Resolves when the last one is closed, after at most {@link CLOSE_TIMEOUT_MS}. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#stopHeartbeat?.();
    const closed = [...this.#connections].map(
      ({ socket, session }) =>
        new Promise<void>((resolve) => {
          socket.once('close', () => resolve());
          session.close(CLOSE.goingAway, 'server/stopping');
        }),
    );
    await Promise.all(closed);
  }

  #open(socket: WebSocket, request: IncomingMessage): void {
    const { clock, reception, logger, iceServers, addressOf, identify } = this.#options;
    const { host, cookie } = request.headers;
    const session: SocketSession = new SocketSession({
      id: ++this.#sessions,
      wire: wireOf(socket, clock),
      clock,
      reception,
      address: addressOf(request),
      identity: () => identify(cookie),
      iceServers: () => iceServers(host),
      onJoined: () => this.#strangers.delete(session),
      onGone: () => this.#strangers.delete(session),
    });
    const connection: Connection = { socket, session, unanswered: 0 };
    this.#connections.add(connection);
    this.#strangers.add(session);
    socket.on('message', (data, isBinary) => {
      connection.unanswered = 0;
      if (isBinary || !Buffer.isBuffer(data)) session.receiveNonsense();
      else session.receive(data.toString());
    });
    socket.on('ping', () => session.receivePing());
    socket.on('pong', () => {
      connection.unanswered = 0;
    });
    socket.on('error', (error) => logger.debug({ session: session.id, err: error }, 'a socket failed'));
    socket.on('close', (code) => {
      this.#connections.delete(connection);
      session.closed(code);
    });
    if (this.#strangers.size > this.#limit || this.#isCrowd(session.address))
      session.turnAway('server/full', FULL_RETRY_AFTER_MS);
  }

  /** Whether more strangers come from an address than may. */
  #isCrowd(address: string): boolean {
    if (this.#strangers.size <= this.#limitOfAddress) return false;
    const same = [...this.#strangers].filter((stranger) => stranger.address === address);
    return same.length > this.#limitOfAddress;
  }

  /** Pings everybody, and ends whoever did not answer the last ones. */
  #heartbeat(): void {
    for (const connection of this.#connections) {
      if (connection.unanswered >= MISSED_PINGS) connection.session.expire();
      else if (connection.socket.readyState === connection.socket.OPEN) {
        connection.unanswered++;
        connection.socket.ping();
      }
    }
    this.#stopHeartbeat = this.#options.clock.after(LIMITS.pingIntervalMs, () => this.#heartbeat());
  }
}

/**
 * Programs that are no browser send no origin; they could send any. A browser sends its cookies along, so no other page may speak in a
 * person's name.
 */
function isAllowed(
  origin: string | undefined,
  host: string | undefined,
  publicUrl: string | undefined,
): boolean {
  return origin === undefined || isOwnOrigin(origin, host, publicUrl);
}

function wireOf(socket: WebSocket, clock: Clock): Wire {
  let closing = false;
  return {
    get backlog() {
      return socket.bufferedAmount;
    },
    send: (text) => socket.send(text),
    close(code) {
      if (closing || socket.readyState === socket.CLOSED) return;
      closing = true;
      const cancel = clock.after(CLOSE_TIMEOUT_MS, () => socket.terminate());
      socket.once('close', cancel);
      socket.close(code);
    },
  };
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
