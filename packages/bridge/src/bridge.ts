import { networkInterfaces } from 'node:os';
import { ortc } from 'mediasoup';
import {
  type Bridge,
  type BridgeEvent,
  type BridgeMessage,
  type CameraCaps,
  type EndpointRef,
  type Incarnation,
  type RtpCapabilities,
  LIMITS,
  rtpCapabilities,
} from '@treff/protocol';
import { type InterfaceAddress, announcedAddresses, iceCandidates, listenAddresses } from './announce.ts';
import { BoundedSet } from './bounded-set.ts';
import { type Clock, systemClock } from './clock.ts';
import { MEDIA_CODECS } from './codecs.ts';
import { ConferenceRoom, type RoomContext } from './conference-room.ts';
import { stale, unavailable } from './errors.ts';
import { Interned } from './interned.ts';
import { type Gauge, LoadWatch, machineGauge } from './load-watch.ts';
import { LOAD_LIMITS, type LoadLimits, strictest } from './load.ts';
import type { Logger } from './logger.ts';
import { SPREAD, type SpreadRule } from './spread.ts';
import { type MediaWorker, WorkerPool } from './worker-pool.ts';

/** Ended incarnations that are remembered, so that a call that comes very late opens none again. Twice as many as there may be at a time. */
const REMEMBERED_INCARNATIONS = 2 * LIMITS.conferences;

/** Of consumers: one for each codec and each kind of browser that is about. Each takes 2 kB. */
const COMMON_PARAMETERS = 64;

export interface BridgeOptions {
  /** Path of the mediasoup worker, as `provideWorker` finds it. */
  readonly workerBin: string;
  /** Worker processes, at least 1. */
  readonly workers: number;
  /** `JVB_PORT`: worker `i` listens on UDP and TCP `port` + `i`. */
  readonly port: number;
  /** `JVB_ADVERTISE_IPS`: exactly these addresses are announced. Empty: those that this machine has ({@link announcedAddresses}). */
  readonly advertise?: readonly string[];
  /** `CHANNEL_LAST_N`: how many cameras anybody is sent at most; -1, the default: all. */
  readonly lastN?: number;
  /** Endpoints of one conference on one worker before it takes another one; that of {@link SPREAD} unless a test wants it to spread early. */
  readonly endpointsPerWorker?: number;
  /** `LOAD_LIMITS`: whether pictures are limited, and newcomers refused, when there is too much to do. False is for measuring what that much is. */
  readonly loadLimits?: boolean;
  readonly logger: Logger;
  /** This machine's addresses; asked for anew for every endpoint, since interfaces come and go. */
  readonly interfaces?: () => readonly InterfaceAddress[];
  /** The machine's, unless a test turns time. */
  readonly clock?: Clock;
  /** The machine's, unless a test says what there is to do. */
  readonly gauge?: Gauge;
}

/** A bridge in this process, on mediasoup. */
export interface MediasoupBridge extends Bridge {
  /** Process ids of the living workers. */
  readonly workerPids: readonly number[];
}

/** Starts the workers. Rejects, leaving none behind, when one does not start, its port is taken, or there is no address to listen on. */
export async function createBridge(options: BridgeOptions): Promise<MediasoupBridge> {
  const advertise = options.advertise ?? [];
  const interfaces = options.interfaces ?? machineAddresses;
  const listen = listenAddresses(advertise, interfaces());
  if (listen.length === 0) throw new Error('No address to listen on for media');
  const { logger } = options;
  const events = new EventStream(logger);
  const pool = await WorkerPool.start({
    workerBin: options.workerBin,
    workers: options.workers,
    port: options.port,
    listen,
    logger,
  });
  logger.info(
    {
      listen: listen.map(({ ip }) => ip),
      announced: announcedAddresses(advertise, interfaces()),
      firstPort: options.port,
      lastPort: options.port + options.workers - 1,
    },
    'media bridge listens on UDP and TCP',
  );
  const rule = spreadRule(options.endpointsPerWorker);
  const operator: LoadLimits = { lastN: options.lastN ?? -1, maxHeight: Infinity };
  const limited = options.loadLimits ?? true;
  const clock = options.clock ?? systemClock;
  const bridge: InProcessBridge = new InProcessBridge(pool, events, {
    chooseWorker: (endpoints) => pool.choose(endpoints, rule),
    candidates: (port) => iceCandidates(announcedAddresses(advertise, interfaces()), port),
    emit: (event) => events.emit(event),
    limits: (workers) =>
      strictest([operator, ...(limited ? [bridge.loadLimits, ...workerLimits(workers)] : [])]),
    common: new Interned(COMMON_PARAMETERS),
    clock,
    signal: (signal) => events.send({ signal }),
    logger,
  });
  pool.onDeath((worker) => bridge.workerDied(worker));
  bridge.watchLoad(
    new LoadWatch({
      clock,
      gauge: options.gauge ?? machineGauge(),
      workers: () => pool.workers,
      measured: ({ share, level }) =>
        events.send({ signal: { type: 'load', load: share, level: limited ? level : 'normal' } }),
      levelChanged: (mainThread) => {
        const levels = pool.workers.map(({ port, measured }) => ({ port, level: measured.level }));
        logger.info({ mainThread, workers: levels }, 'the load of the bridge is another one');
        bridge.limitByLoad(LOAD_LIMITS[mainThread]);
      },
    }),
  );
  return bridge;
}

function workerLimits(workers: Iterable<MediaWorker>): LoadLimits[] {
  return [...workers].map(({ measured }) => LOAD_LIMITS[measured.level]);
}

function spreadRule(endpointsPerWorker = SPREAD.endpointsPerWorker): SpreadRule {
  return { small: Math.min(SPREAD.small, endpointsPerWorker), endpointsPerWorker };
}

class InProcessBridge implements MediasoupBridge {
  readonly rtpCapabilities: RtpCapabilities = rtpCapabilities.parse(
    ortc.generateRouterRtpCapabilities(MEDIA_CODECS),
  );
  readonly #pool: WorkerPool;
  readonly #rooms = new Map<Incarnation, ConferenceRoom>();
  readonly #events: EventStream;
  readonly #context: RoomContext;
  readonly #ended = new BoundedSet<Incarnation>(REMEMBERED_INCARNATIONS);
  /** Conferences without a worker that wait to be opened again or closed. */
  readonly #lost = new BoundedSet<Incarnation>(LIMITS.conferences);
  #stopping = false;
  #loadLimits = LOAD_LIMITS.normal;
  #loadWatch: LoadWatch | undefined;

  constructor(pool: WorkerPool, events: EventStream, context: RoomContext) {
    this.#pool = pool;
    this.#events = events;
    this.#context = context;
  }

  get workerPids(): readonly number[] {
    return this.#pool.pids;
  }

  /** What the main thread allows. */
  get loadLimits(): LoadLimits {
    return this.#loadLimits;
  }

  /** Takes the watch over, and closes it at the end. */
  watchLoad(watch: LoadWatch): void {
    this.#loadWatch = watch;
  }

  /** The main thread allows so much, and workers may allow something else than before. */
  limitByLoad(limits: LoadLimits): void {
    this.#loadLimits = limits;
    for (const room of this.#rooms.values()) room.limitChanged();
  }

  async open(incarnation: Incarnation, caps: CameraCaps = {}): Promise<void> {
    if (this.#stopping) throw unavailable('the bridge is stopping');
    if (this.#ended.has(incarnation)) throw stale('incarnation ended');
    const known = this.#rooms.get(incarnation);
    if (known !== undefined) {
      await known.open();
      this.#lost.delete(incarnation);
      return;
    }
    const room = new ConferenceRoom(incarnation, caps, this.#context);
    this.#rooms.set(incarnation, room);
    try {
      await room.open();
    } catch (error) {
      // It never was, unless a repeated call opened it after this one failed.
      if (!room.isOpen && this.#rooms.get(incarnation) === room) this.#rooms.delete(incarnation);
      throw error;
    }
  }

  async endpoint(
    ref: EndpointRef,
    options: { rtpCapabilities: RtpCapabilities },
  ): ReturnType<Bridge['endpoint']> {
    return this.#room(ref.incarnation).endpoint(ref, options.rtpCapabilities);
  }

  async connect(...[ref, transport, dtls]: Parameters<Bridge['connect']>): Promise<void> {
    await this.#room(ref.incarnation).with(ref, (endpoint) => endpoint.connect(transport, dtls));
  }

  async restartIce(...[ref, attempt]: Parameters<Bridge['restartIce']>): ReturnType<Bridge['restartIce']> {
    return this.#room(ref.incarnation).with(ref, (endpoint) => endpoint.restartIce(attempt));
  }

  async publish(...[ref, publication]: Parameters<Bridge['publish']>): Promise<void> {
    await this.#room(ref.incarnation).publish(ref, publication);
  }

  async unpublish(...[ref, source]: Parameters<Bridge['unpublish']>): Promise<void> {
    await this.#rooms.get(ref.incarnation)?.unpublish(ref, source);
  }

  async pause(...[ref, source, paused]: Parameters<Bridge['pause']>): Promise<void> {
    await this.#room(ref.incarnation).pause(ref, source, paused);
  }

  async start(...[ref, consumers]: Parameters<Bridge['start']>): Promise<void> {
    await this.#room(ref.incarnation).with(ref, (endpoint) => endpoint.start(consumers));
  }

  async constrain(...[ref, constraints]: Parameters<Bridge['constrain']>): Promise<void> {
    await this.#room(ref.incarnation).constrain(ref, constraints);
  }

  async remove(ref: EndpointRef): Promise<void> {
    await this.#rooms.get(ref.incarnation)?.remove(ref);
  }

  async close(incarnation: Incarnation): Promise<void> {
    // Remembered also when it is not there: its `open` may still be on the way.
    this.#ended.add(incarnation);
    this.#lost.delete(incarnation);
    this.#rooms.get(incarnation)?.close();
    this.#rooms.delete(incarnation);
  }

  async snapshot(incarnation: Incarnation): ReturnType<Bridge['snapshot']> {
    return this.#room(incarnation).snapshot(this.#events.seq);
  }

  subscribe(listener: (message: BridgeMessage) => void): () => void {
    return this.#events.subscribe(listener);
  }

  workerDied(worker: MediaWorker): void {
    for (const room of this.#rooms.values()) {
      if (!room.lose(worker)) continue;
      const forgotten = this.#lost.add(room.incarnation);
      // Nobody wanted it back.
      if (forgotten !== undefined) void this.close(forgotten);
    }
  }

  async shutdown(): Promise<void> {
    this.#stopping = true;
    this.#loadWatch?.close();
    for (const incarnation of this.#rooms.keys()) await this.close(incarnation);
    await this.#pool.close();
  }

  #room(incarnation: Incarnation): ConferenceRoom {
    const room = this.#rooms.get(incarnation);
    if (room?.isOpen !== true) throw stale('conference not open');
    return room;
  }
}

/** Numbers events and hands them to everybody who listens. */
class EventStream {
  readonly #listeners = new Set<(message: BridgeMessage) => void>();
  readonly #logger: Logger;
  #seq = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** The number of the last event; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  emit(event: BridgeEvent): void {
    this.#seq += 1;
    this.send({ seq: this.#seq, event });
  }

  send(message: BridgeMessage): void {
    for (const listener of this.#listeners) {
      try {
        listener(message);
      } catch (error) {
        this.#logger.error({ err: error }, 'a listener of the bridge failed');
      }
    }
  }

  subscribe(listener: (message: BridgeMessage) => void): () => void {
    // A function of its own for every subscription: the same listener may subscribe twice.
    const subscription = (message: BridgeMessage): void => listener(message);
    this.#listeners.add(subscription);
    return () => this.#listeners.delete(subscription);
  }
}

function machineAddresses(): InterfaceAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.map(({ address, internal }) => ({ interface: name, address, internal })),
  );
}
