import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CLOSE, incarnation, participantId, type Bridge } from '@treff/protocol';
import { accessPolicy } from './access/config-access.ts';
import { createAccess } from './access/access.ts';
import { addressPrefix, clientAddress } from './access/client-address.ts';
import { Door } from './access/door.ts';
import type { OwnedRoom } from './access/rooms.ts';
import { systemClock, withTimeout, type Clock } from './clock.ts';
import { Conferences, type OwnedRoom as OwnedRoomTerms } from './conferences.ts';
import type { Config } from './config.ts';
import { createHttpServer } from './http.ts';
import { createIceServers } from './ice-servers.ts';
import type { Logger } from './logger.ts';
import { RulesKeeper } from './rules-keeper.ts';
import { createSeatTokens } from './seat-token.ts';
import { readSecret } from './secret.ts';
import { startStunResponder, type StunResponder } from './stun-responder.ts';
import { openStore } from './store/sqlite-store.ts';
import type { Store } from './store/store.ts';
import { WebSockets } from './web-socket.ts';

export interface ServerOptions {
  /** Stays the caller's: the server does not shut it down. */
  readonly bridge: Bridge;
  readonly logger: Logger;
  /** The folder of the built web app. */
  readonly webRoot: string;
  readonly clock?: Clock;
  /** Stays the caller's. Absent: the one in the data folder. */
  readonly store?: Store;
}

export interface RunningServer {
  readonly port: number;
  /** What is there now; for tests and measurements. */
  inspect(): { conferences: number; seats: number; outboxBytes: number; sockets: number };
  /** Tells everybody, closes everything. Idempotent. */
  stop(): Promise<void>;
}

const HEALTH_TIMEOUT_MS = 2_000;

/** Everything between the browser and the bridge, wired up. Rejects when a port is taken or the data folder is not usable. */
export async function startServer(
  config: Omit<Config, 'media' | 'logLevel'>,
  { bridge, logger, webRoot, clock = systemClock, store: borrowed }: ServerOptions,
): Promise<RunningServer> {
  const store = borrowed ?? (await openStore(config.dataDir, () => clock.now()));
  const rules = new RulesKeeper({ store: store.conferences, clock, logger }, await store.conferences.all());
  const secret = await readSecret(config.dataDir);
  const access = await createAccess({ config, secret, store, clock, logger });
  const conferences = new Conferences({
    bridge,
    clock,
    logger,
    p2p: config.p2p,
    codecs: config.codecs,
    camera: config.camera,
    roles: config.roles,
    access: accessPolicy(config.access),
    ownedRoom: async (room) => {
      const owned = await access.ownedRoom(room);
      return owned === undefined ? undefined : termsOf(owned);
    },
    rules,
    door: new Door({
      clock,
      verifyJwt: access.verifyJwt,
      redeemInvitation: access.redeemInvitation,
      limitsJoins: config.access.limitsJoins,
    }),
    startMuted: config.startMuted,
    region: config.region,
    tokens: createSeatTokens(secret),
    makeIncarnation: () => incarnation.parse(randomBytes(16).toString('hex')),
    makeParticipantId: () => participantId.parse(randomBytes(4).toString('hex')),
  });
  const sockets = new WebSockets({
    clock,
    logger,
    reception: conferences,
    addressOf: (request) => addressPrefix(clientAddress(request, config.access.trustedProxies)),
    identify: access.identify,
    iceServers: createIceServers({
      stunPort: config.stun.port,
      turn: config.turn,
      publicUrl: config.publicUrl,
    }),
    publicUrl: config.publicUrl,
  });
  const http = await createHttpServer({
    logger,
    webRoot,
    isHealthy: healthProbe(bridge, clock),
    routes: access.routes,
  });
  http.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?')[0] === '/ws') sockets.upgrade(request, socket, head);
    else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  let stun: StunResponder | undefined;
  async function closeStore(): Promise<void> {
    if (borrowed === undefined) await store.close();
  }
  async function closeMeetings(): Promise<void> {
    conferences.close(CLOSE.goingAway, 'server/stopping');
    await Promise.all([sockets.stop(), stun?.stop()]);
  }
  try {
    if (config.stun.port !== undefined)
      stun = await startStunResponder({ port: config.stun.port, clock, logger });
    const { port, host } = config.http;
    http.listen({ port, ...(host === undefined ? {} : { host }) });
    await once(http, 'listening');
  } catch (error) {
    await closeMeetings();
    await closeStore();
    throw error;
  }

  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    const closed = once(http, 'close');
    http.close();
    await closeMeetings();
    http.closeAllConnections();
    await closed;
    await closeStore();
  }
  return {
    port: portOf(http.address()),
    inspect: () => ({ ...conferences.count, sockets: sockets.count }),
    stop: () => (stopped ??= stop()),
  };
}

/** What its owner has laid down for a room, as its conferences take it. */
function termsOf({ owner, settings, passwordHash }: OwnedRoom): OwnedRoomTerms {
  const { lobby, moderators, startMuted, maxParticipants, notBefore, notAfter } = settings;
  const { resolution: maxHeight, videoBitrate: maxBitrate } = settings;
  return {
    access: { owner: owner ?? undefined, notBefore, notAfter },
    maxParticipants,
    camera: { maxHeight, maxBitrate },
    // The owner does in any case.
    moderators: moderators === 'owner' ? 'token' : moderators,
    startMuted,
    doors: { password: passwordHash ?? undefined, lobby },
  };
}

/**
 * Healthy is a server whose bridge takes conferences. A conference of its own, without anybody in it, is asked for each time: it is
 * there already, unless its worker died.
 */
function healthProbe(bridge: Bridge, clock: Clock): () => Promise<boolean> {
  const probe = incarnation.parse(randomBytes(16).toString('hex'));
  return () =>
    withTimeout(clock, HEALTH_TIMEOUT_MS, bridge.open(probe), () => new Error('no answer')).then(
      () => true,
      () => false,
    );
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return address.port;
}
