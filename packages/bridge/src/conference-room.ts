import {
  type BridgeEvent,
  type BridgeSignal,
  type BridgeSnapshot,
  type EndpointRef,
  type Generation,
  type Incarnation,
  type MediaOffer,
  type ParticipantId,
  type Publication,
  type ReceiverConstraints,
  type RtpCapabilities,
  type SourceId,
  type TransportParameters,
  TreffError,
  mediaKindOf,
  ownerOf,
} from '@treff/protocol';
import { Allocator } from './allocator.ts';
import type { Clock } from './clock.ts';
import { Endpoint } from './endpoint.ts';
import { refusalOf, stale, unavailable } from './errors.ts';
import type { Logger } from './logger.ts';
import { Placement } from './placement.ts';
import { Rates } from './rates.ts';
import { SerialQueue } from './serial-queue.ts';
import type { Source } from './source.ts';
import type { MediaWorker } from './worker-pool.ts';

/** What a room needs of the bridge around it. */
export interface RoomContext {
  /** The worker for a new placement; `undefined` while none lives. */
  readonly chooseWorker: () => MediaWorker | undefined;
  /** What clients are told to connect to on a worker's port. */
  readonly candidates: (port: number) => TransportParameters['iceCandidates'];
  readonly emit: (event: BridgeEvent) => void;
  readonly signal: (signal: BridgeSignal) => void;
  /** Most cameras that anybody is sent, by the operator and by the load of the bridge; each -1 (all) or more. */
  readonly lastN: () => readonly number[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** All that is remembered of one participant: it outlives endpoints, so that late calls are known to be late. */
interface Seat {
  readonly queue: SerialQueue;
  /** The newest generation that was opened or removed; 0 before the first. */
  newest: Generation;
  /** Ids that never name a source again. */
  readonly retired: Set<SourceId>;
  endpoint: Endpoint | undefined;
  /** A look for sources to receive is queued already. */
  looking: boolean;
}

/**
 * One conference at the bridge: `open` while it has a placement, `lost` after its worker died (seats are remembered, nothing else), `closed` at the
 * end. What concerns one seat runs in its queue; what a seat publishes, others find when they next look.
 */
export class ConferenceRoom {
  readonly incarnation: Incarnation;
  readonly #context: RoomContext;
  readonly #queue = new SerialQueue();
  readonly #seats = new Map<ParticipantId, Seat>();
  readonly #allocator: Allocator;
  readonly #rates: Rates;
  #placement: Placement | undefined;
  #closed = false;

  constructor(incarnation: Incarnation, context: RoomContext) {
    this.incarnation = incarnation;
    this.#context = context;
    const { clock, lastN, emit, logger } = context;
    const receivers = (): Endpoint[] => this.#endpoints();
    this.#allocator = new Allocator({
      receivers,
      lastN,
      emit,
      failed: (error) => logger.error({ err: error, incarnation }, 'cannot forward what is shown'),
      clock,
    });
    this.#rates = new Rates(clock, receivers, () => this.#allocator.changed());
  }

  /** Whether the conference runs on a living worker. */
  get isOpen(): boolean {
    return this.#placement !== undefined;
  }

  /** The worker it runs on. */
  get worker(): MediaWorker | undefined {
    return this.#placement?.worker;
  }

  open(): Promise<void> {
    return this.#queue.run(async () => {
      if (this.#closed) throw stale('conference closed');
      if (this.#placement !== undefined) return;
      const worker = this.#context.chooseWorker();
      if (worker === undefined) throw unavailable('no media worker lives');
      const { incarnation } = this;
      const placement = await Placement.open(worker, {
        levels: (levels) => this.#context.signal({ type: 'audio-levels', incarnation, levels }),
        dominant: (endpoint) => {
          this.#context.emit({ type: 'dominant-speaker', incarnation, endpoint });
          this.#allocator.spoke(endpoint);
        },
      });
      // `close` and the worker's death wait for nothing, so both may have come meanwhile.
      if (this.#isClosed()) {
        placement.close();
        throw stale('conference closed');
      }
      if (!placement.alive) throw unavailable('media worker died');
      this.#placement = placement;
    });
  }

  endpoint(ref: EndpointRef, rtpCapabilities: RtpCapabilities): Promise<MediaOffer> {
    const seat = this.#seat(ref.endpoint);
    return seat.queue.run(async () => {
      const placement = this.#requirePlacement();
      if (seat.endpoint?.ref.generation === ref.generation) return seat.endpoint.offer();
      if (ref.generation <= seat.newest) throw stale(`generation ${ref.generation} is over`);
      const endpoint = await this.#openEndpoint(placement, ref, rtpCapabilities);
      if (this.#placement !== placement) {
        endpoint.close();
        throw this.#isClosed() ? stale('conference closed') : unavailable('media worker died');
      }
      this.#closeEndpoint(seat);
      seat.newest = ref.generation;
      seat.endpoint = endpoint;
      placement.worker.load += 1;
      await this.#allocator.allot(endpoint);
      await endpoint.receive(this.#sourcesFor(ref.endpoint), true);
      return endpoint.offer();
    });
  }

  /** Runs a call on the endpoint that `ref` means, after those that came before it; refuses it when that is not the seat's current one. */
  with<T>(ref: EndpointRef, call: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    const seat = this.#seats.get(ref.endpoint);
    if (seat === undefined) return Promise.reject(stale('no such endpoint'));
    return seat.queue.run(async () => {
      this.#requirePlacement();
      const { endpoint } = seat;
      if (endpoint === undefined || endpoint.ref.generation !== ref.generation) {
        throw stale(`generation ${ref.generation} is not open`);
      }
      try {
        return await call(endpoint);
      } catch (error) {
        throw this.#isClosed() ? stale('conference closed') : refusalOf(error, 'media/transport-failed');
      }
    });
  }

  publish(ref: EndpointRef, publication: Omit<Publication, 'muted'> & { paused: boolean }): Promise<void> {
    return this.with(ref, async (endpoint) => {
      const { source: id, kind } = publication;
      const letter = mediaKindOf(kind) === 'audio' ? 'a' : 'v';
      const retired = this.#seats.get(ref.endpoint)?.retired.has(id) === true;
      if (retired || ownerOf(id) !== ref.endpoint || id[9] !== letter) {
        throw new TreffError('source/invalid-id', id);
      }
      if (endpoint.sources.has(id)) return;
      const source = await endpoint.publish(publication);
      try {
        await this.#placement?.listenTo(source);
      } catch (error) {
        source.producer.close();
        throw error;
      }
      if (endpoint.closed) throw unavailable('closed meanwhile');
      endpoint.sources.set(id, source);
      this.#allocator.add(source);
      for (const [owner, other] of this.#seats) if (owner !== ref.endpoint) this.#look(other);
    });
  }

  /** What it shows. */
  constrain(ref: EndpointRef, constraints: ReceiverConstraints): Promise<void> {
    return this.with(ref, async (endpoint) => {
      endpoint.constraints = constraints;
      await this.#allocator.allot(endpoint);
    });
  }

  /** How many cameras may come changed. */
  limitChanged(): void {
    this.#allocator.changed();
  }

  /** Its id is retired also when it is not there: its `publish` may still be on the way. */
  unpublish(ref: EndpointRef, id: SourceId): Promise<void> {
    const seat = this.#seats.get(ref.endpoint);
    if (seat === undefined) return Promise.resolve();
    return seat.queue.run(async () => {
      const { endpoint } = seat;
      if (endpoint?.ref.generation !== ref.generation || ownerOf(id) !== ref.endpoint) return;
      seat.retired.add(id);
      const source = endpoint.sources.get(id);
      if (source === undefined) return;
      endpoint.sources.delete(id);
      source.producer.close();
      this.#allocator.remove([id]);
      this.#dropEverywhere([id]);
    });
  }

  async pause(ref: EndpointRef, id: SourceId, paused: boolean): Promise<void> {
    await this.with(ref, async (endpoint) => {
      const source = endpoint.sources.get(id);
      if (source === undefined) throw new TreffError('source/unknown', id);
      if (source.producer.paused === paused) return;
      await (paused ? source.producer.pause() : source.producer.resume());
      this.#allocator.changed();
    });
  }

  remove(ref: EndpointRef): Promise<void> {
    const seat = this.#seat(ref.endpoint);
    return seat.queue.run(async () => {
      if (ref.generation < seat.newest) return;
      seat.newest = ref.generation;
      this.#closeEndpoint(seat);
    });
  }

  snapshot(seq: number): BridgeSnapshot {
    this.#requirePlacement();
    return {
      incarnation: this.incarnation,
      seq,
      endpoints: this.#endpoints().map((endpoint) => ({
        endpoint: endpoint.ref.endpoint,
        generation: endpoint.ref.generation,
        sources: [...endpoint.sources.values()].map(({ id, layers, producer }) => ({
          source: id,
          paused: producer.paused,
          layers: this.#allocator.layersOf(id) ?? layers,
        })),
        consumers: [...endpoint.receptions].filter(({ told }) => told).map(({ parameters }) => parameters),
        withheld: Object.fromEntries(endpoint.allocation?.withheld ?? []),
      })),
    };
  }

  /** Its worker died. Newer generations may come once it is opened again. */
  lose(): void {
    if (this.#placement === undefined) return;
    this.#placement = undefined;
    this.#endAll();
    this.#context.emit({
      type: 'conference-lost',
      incarnation: this.incarnation,
      code: 'media/bridge-unavailable',
    });
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#allocator.close();
    this.#rates.close();
    const placement = this.#placement;
    this.#placement = undefined;
    const endpoints = this.#endAll();
    if (placement === undefined) return;
    placement.worker.load -= endpoints;
    placement.close();
  }

  async #openEndpoint(
    placement: Placement,
    ref: EndpointRef,
    rtpCapabilities: RtpCapabilities,
  ): Promise<Endpoint> {
    try {
      return await Endpoint.open(ref, placement.router, {
        webRtcServer: placement.worker.server,
        rtpCapabilities,
        iceCandidates: this.#context.candidates(placement.worker.port),
        logger: this.#context.logger,
        clock: this.#context.clock,
        listener: {
          transportState: (transport, state) =>
            this.#context.emit({ type: 'transport-state', ...ref, transport, state }),
          estimated: () => this.#estimated(ref),
        },
      });
    } catch (error) {
      throw this.#isClosed() ? stale('conference closed') : error;
    }
  }

  /** What the way to an endpoint carries is another estimate. */
  #estimated(ref: EndpointRef): void {
    const endpoint = this.#seats.get(ref.endpoint)?.endpoint;
    if (endpoint?.ref !== ref) return;
    this.#allocator.reconsider(endpoint);
    this.#rates.review();
  }

  #endpoints(): Endpoint[] {
    return [...this.#seats.values()].flatMap(({ endpoint }) => endpoint ?? []);
  }

  /** Lets a seat receive what it does not receive yet. Many publications in a row are found with one look. */
  #look(seat: Seat): void {
    if (seat.looking || seat.endpoint === undefined) return;
    seat.looking = true;
    const look = seat.queue.run(async () => {
      seat.looking = false;
      const { endpoint } = seat;
      if (endpoint === undefined) return;
      await endpoint.receive(this.#sourcesFor(endpoint.ref.endpoint), false);
      const news = [...endpoint.receptions].filter(({ told, source }) => !told && !source.closed);
      if (endpoint.closed || news.length === 0) return;
      for (const reception of news) reception.told = true;
      this.#context.emit({
        type: 'consumers-added',
        ...endpoint.ref,
        consumers: news.map(({ parameters }) => parameters),
      });
    });
    look.catch((error: unknown) => {
      this.#context.logger.error({ err: error, incarnation: this.incarnation }, 'cannot look for sources');
    });
  }

  #sourcesFor(receiver: ParticipantId): Source[] {
    return [...this.#seats].flatMap(([owner, { endpoint }]) =>
      owner === receiver || endpoint === undefined ? [] : [...endpoint.sources.values()],
    );
  }

  #dropEverywhere(sources: readonly SourceId[]): void {
    for (const { endpoint } of this.#seats.values()) {
      const consumers = endpoint?.drop(sources) ?? [];
      if (endpoint === undefined || consumers.length === 0) continue;
      this.#context.emit({ type: 'consumers-removed', ...endpoint.ref, consumers });
    }
  }

  #closeEndpoint(seat: Seat): void {
    const { endpoint } = seat;
    if (endpoint === undefined) return;
    const sources = [...endpoint.sources.keys()];
    seat.endpoint = undefined;
    endpoint.close();
    if (this.#placement !== undefined) this.#placement.worker.load -= 1;
    this.#allocator.remove(sources);
    this.#dropEverywhere(sources);
  }

  #endAll(): number {
    let ended = 0;
    for (const seat of this.#seats.values()) {
      if (seat.endpoint === undefined) continue;
      this.#allocator.remove(seat.endpoint.sources.keys());
      seat.endpoint.close();
      seat.endpoint = undefined;
      ended += 1;
    }
    return ended;
  }

  #seat(endpoint: ParticipantId): Seat {
    const known = this.#seats.get(endpoint);
    if (known !== undefined) return known;
    const seat: Seat = {
      queue: new SerialQueue(),
      newest: 0,
      retired: new Set(),
      endpoint: undefined,
      looking: false,
    };
    this.#seats.set(endpoint, seat);
    return seat;
  }

  #requirePlacement(): Placement {
    if (this.#placement === undefined) throw stale('conference not open');
    return this.#placement;
  }

  /** As a call, since the compiler does not know that it changes during an `await`. */
  #isClosed(): boolean {
    return this.#closed;
  }
}
