import {
  type BridgeEvent,
  type BridgeSignal,
  type BridgeSnapshot,
  type CameraCaps,
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
import { Allocator, wantedBy } from './allocator.ts';
import type { Clock } from './clock.ts';
import { Endpoint } from './endpoint.ts';
import { refusalOf, stale, unavailable } from './errors.ts';
import type { Interned } from './interned.ts';
import { type LoadLimits, strictest } from './load.ts';
import type { Logger } from './logger.ts';
import { Pictures } from './pictures.ts';
import { Pipes } from './pipes.ts';
import type { Placement } from './placement.ts';
import { Placements } from './placements.ts';
import { Rates } from './rates.ts';
import type { CommonParameters, Reception } from './reception.ts';
import { SerialQueue } from './serial-queue.ts';
import type { Source } from './source.ts';
import { VoiceSelection } from './voice-selection.ts';
import type { MediaWorker } from './worker-pool.ts';

/** What a room needs of the bridge around it. */
export interface RoomContext {
  /** The worker for one more endpoint of a conference that has so many on those workers; `undefined` while none lives. */
  readonly chooseWorker: (endpoints: ReadonlyMap<MediaWorker, number>) => MediaWorker | undefined;
  /** What clients are told to connect to on a worker's port. */
  readonly candidates: (port: number) => TransportParameters['iceCandidates'];
  readonly emit: (event: BridgeEvent) => void;
  readonly signal: (signal: BridgeSignal) => void;
  /** What anybody in a conference on these workers is sent at most, by the operator and by the load. */
  readonly limits: (workers: Iterable<MediaWorker>) => LoadLimits;
  /** Of the consumers of all rooms. */
  readonly common: Interned<CommonParameters>;
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
  /** Where the endpoint lives. */
  home: Placement | undefined;
  /** A look for sources to receive is queued already. */
  looking: boolean;
}

/**
 * One conference at the bridge: `open` while it has a placement, `lost` after the last of its workers died (seats are remembered, nothing else), `closed` at the
 * end. An endpoint lives on one worker; what it publishes is piped to the others where somebody receives it. What concerns one seat runs in its queue; what a seat publishes, others find when they next look.
 */
export class ConferenceRoom {
  readonly incarnation: Incarnation;
  readonly #caps: CameraCaps;
  readonly #context: RoomContext;
  readonly #queue = new SerialQueue();
  readonly #seats = new Map<ParticipantId, Seat>();
  readonly #allocator: Allocator;
  readonly #rates: Rates;
  readonly #voices: VoiceSelection;
  readonly #pictures: Pictures;
  readonly #placements: Placements;
  readonly #pipes = new Pipes();
  #closed = false;

  constructor(incarnation: Incarnation, caps: CameraCaps, context: RoomContext) {
    this.incarnation = incarnation;
    this.#caps = caps;
    this.#context = context;
    const { clock, emit, logger } = context;
    const receivers = (): Endpoint[] => this.#endpoints();
    const { maxHeight = Infinity } = caps;
    this.#allocator = new Allocator({
      receivers,
      maxHeight,
      limits: () => strictest([{ lastN: -1, maxHeight }, context.limits(this.workers)]),
      emit,
      failed: (error) => logger.error({ err: error, incarnation }, 'cannot forward what is shown'),
      allotted: ({ ref }) => this.#allotted(ref),
      clock,
    });
    this.#placements = new Placements({
      chooseWorker: context.chooseWorker,
      clock,
      speech: {
        levels: (levels) => {
          context.signal({ type: 'audio-levels', incarnation, levels });
          this.#voices.hear(levels);
        },
        dominant: (endpoint) => {
          emit({ type: 'dominant-speaker', incarnation, endpoint });
          this.#allocator.spoke(endpoint);
        },
      },
    });
    this.#pictures = new Pictures(clock, () => this.#lookEverywhere());
    this.#rates = new Rates(clock, receivers, () => this.#allocator.changed());
    this.#voices = new VoiceSelection({
      clock,
      readyChanged: () => this.#lookEverywhere(),
      silencedChanged: (sources) => this.#follow(sources),
    });
  }

  /** Whether the conference runs on a living worker. */
  get isOpen(): boolean {
    return this.#placements.isOpen;
  }

  /** The workers it runs on. */
  get workers(): Iterable<MediaWorker> {
    return this.#placements.workers;
  }

  open(): Promise<void> {
    return this.#queue.run(async () => {
      if (this.#closed) throw stale('conference closed');
      try {
        await this.#placements.open();
      } catch (error) {
        // `close` waits for nothing, so it may have come meanwhile.
        throw this.#isClosed() ? stale('conference closed') : error;
      }
    });
  }

  endpoint(ref: EndpointRef, rtpCapabilities: RtpCapabilities): Promise<MediaOffer> {
    const seat = this.#seat(ref.endpoint);
    return seat.queue.run(async () => {
      this.#requireOpen();
      if (seat.endpoint?.ref.generation === ref.generation) return seat.endpoint.offer();
      if (ref.generation <= seat.newest) throw stale(`generation ${ref.generation} is over`);
      const [endpoint, home] = await this.#openEndpoint(ref, rtpCapabilities);
      this.#closeEndpoint(seat);
      seat.newest = ref.generation;
      seat.endpoint = endpoint;
      seat.home = home;
      await this.#allocator.allot(endpoint);
      await endpoint.receive(this.#sourcesFor(endpoint), true);
      return endpoint.offer();
    });
  }

  /** Runs a call on the endpoint that `ref` means, after those that came before it; refuses it when that is not the seat's current one. */
  with<T>(ref: EndpointRef, call: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    const seat = this.#seats.get(ref.endpoint);
    if (seat === undefined) return Promise.reject(stale('no such endpoint'));
    return seat.queue.run(async () => {
      this.#requireOpen();
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

  publish(
    ref: EndpointRef,
    publication: Omit<Publication, 'muted' | 'replaces'> & { paused: boolean },
  ): Promise<void> {
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
        await this.#seats.get(ref.endpoint)?.home?.listenTo(source);
      } catch (error) {
        source.producer.close();
        throw error;
      }
      if (endpoint.closed) throw unavailable('closed meanwhile');
      endpoint.sources.set(id, source);
      this.#allocator.add(source);
      this.#voices.add(source);
      if (source.isVideo) this.#pictures.add(id);
      if (this.#concernsEverybody(source)) this.#lookEverywhere();
      await endpoint.sourcesChanged();
    });
  }

  /** What it shows. */
  constrain(ref: EndpointRef, constraints: ReceiverConstraints): Promise<void> {
    return this.with(ref, async (endpoint) => {
      endpoint.constraints = constraints;
      await this.#allocator.allot(endpoint);
    });
  }

  /** How many cameras may come changed, or how large. */
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
      this.#voices.remove([id]);
      this.#pictures.remove([id]);
      await endpoint.sourcesChanged();
    });
  }

  async pause(ref: EndpointRef, id: SourceId, paused: boolean): Promise<void> {
    await this.with(ref, async (endpoint) => {
      const source = endpoint.sources.get(id);
      if (source === undefined) throw new TreffError('source/unknown', id);
      if (source.producer.paused === paused) return;
      this.#voices.switch(id, !paused);
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
    this.#requireOpen();
    return {
      incarnation: this.incarnation,
      seq,
      endpoints: this.#endpoints().map((endpoint) => ({
        endpoint: endpoint.ref.endpoint,
        generation: endpoint.ref.generation,
        sources: [...endpoint.sources.values()].map(({ id, layers, producer }) => ({
          source: id,
          paused: producer.paused,
          ...wantedBy(this.#allocator.wantedOf(id) ?? { layers, maxHeight: Infinity }),
        })),
        consumers: [...endpoint.receptions].filter(({ told }) => told).map(({ parameters }) => parameters),
        withheld: Object.fromEntries(endpoint.allocation?.withheld ?? []),
      })),
    };
  }

  /**
   * A worker died, and with it the endpoints that lived there; each of them may come again as a newer generation. Returns whether nothing is left: then the conference
   * has to be opened again first.
   */
  lose(worker: MediaWorker): boolean {
    const placement = this.#placements.lose(worker);
    if (placement === undefined) return false;
    const { emit } = this.#context;
    const { incarnation } = this;
    const code = 'media/bridge-unavailable';
    if (!this.#placements.isOpen) {
      this.#endAll();
      emit({ type: 'conference-lost', incarnation, code });
      return true;
    }
    for (const seat of this.#seats.values()) {
      const { endpoint } = seat;
      if (endpoint === undefined || seat.home !== placement) continue;
      this.#closeEndpoint(seat);
      emit({ type: 'endpoint-lost', ...endpoint.ref, code });
    }
    return false;
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#allocator.close();
    this.#rates.close();
    this.#voices.close();
    this.#pictures.close();
    this.#endAll();
    this.#placements.close();
  }

  /** On the worker that has room for it. Rejects, leaving nothing behind. */
  async #openEndpoint(
    ref: EndpointRef,
    rtpCapabilities: RtpCapabilities,
  ): Promise<[endpoint: Endpoint, home: Placement]> {
    let home: Placement | undefined;
    try {
      home = await this.#placements.enter();
      const { worker, router } = home;
      const endpoint = await Endpoint.open(ref, router, {
        pipes: this.#pipes,
        webRtcServer: worker.server,
        rtpCapabilities,
        cameraCaps: this.#caps,
        iceCandidates: this.#context.candidates(worker.port),
        common: this.#context.common,
        logger: this.#context.logger,
        clock: this.#context.clock,
        listener: {
          transportState: (transport, state) =>
            this.#context.emit({ type: 'transport-state', ...ref, transport, state }),
          estimated: () => this.#estimated(ref),
        },
      });
      if (home.alive) return [endpoint, home];
      endpoint.close();
      throw unavailable('media worker died');
    } catch (error) {
      if (home !== undefined) this.#placements.leave(home);
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

  #lookEverywhere(): void {
    for (const seat of this.#seats.values()) this.#look(seat);
  }

  /** An endpoint is sent something else from now on: it may show what it does not receive. */
  #allotted({ endpoint: participant }: EndpointRef): void {
    const seat = this.#seats.get(participant);
    // Of few pictures everybody gets consumers when they are published.
    if (this.#pictures.areMany && seat?.endpoint?.lacksPictures === true) this.#look(seat);
  }

  /** Lets a seat receive what it does not receive yet, and nothing that it is not to receive any more. Many changes in a row are found with one look. */
  #look(seat: Seat): void {
    if (seat.looking || seat.endpoint === undefined) return;
    seat.looking = true;
    const look = seat.queue.run(async () => {
      seat.looking = false;
      const { endpoint } = seat;
      if (endpoint === undefined) return;
      this.#drop(
        endpoint,
        [...endpoint.receptions].flatMap((reception) =>
          this.#isKept(reception, endpoint) ? [] : reception.source.id,
        ),
      );
      await endpoint.receive(this.#sourcesFor(endpoint), false);
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

  #sourcesFor(receiver: Endpoint): Source[] {
    return this.#endpoints().flatMap((endpoint) =>
      endpoint === receiver
        ? []
        : [...endpoint.sources.values()].filter((source) => this.#isDue(source, receiver)),
    );
  }

  /** Whether a receiver is to have a consumer of a source. */
  #isDue(source: Source, { allocation }: Endpoint): boolean {
    return source.isVideo ? this.#pictures.isDue(source.id, allocation) : this.#voices.isReady(source);
  }

  /** Whether a consumer that a receiver has may stay. */
  #isKept({ source, shownAt }: Reception, receiver: Endpoint): boolean {
    return this.#isDue(source, receiver) || (source.isVideo && this.#pictures.isKept(shownAt));
  }

  /** Whether everybody is to have a consumer of a source. Of many pictures nobody has who does not show them. */
  #concernsEverybody(source: Source): boolean {
    return source.isVideo ? !this.#pictures.areMany : this.#voices.isReady(source);
  }

  #dropEverywhere(sources: readonly SourceId[]): void {
    for (const endpoint of this.#endpoints()) this.#drop(endpoint, sources);
  }

  #drop(endpoint: Endpoint, sources: readonly SourceId[]): void {
    const consumers = endpoint.drop(sources);
    if (consumers.length > 0) this.#context.emit({ type: 'consumers-removed', ...endpoint.ref, consumers });
  }

  /** Lets voices be heard, or not, as is decided. */
  #follow(sources: readonly SourceId[]): void {
    for (const endpoint of this.#endpoints()) {
      endpoint.follow(sources).catch((error: unknown) => {
        if (endpoint.closed) return;
        this.#context.logger.error({ err: error, incarnation: this.incarnation }, 'cannot forward voices');
      });
    }
  }

  #closeEndpoint(seat: Seat): void {
    const { endpoint } = seat;
    if (endpoint === undefined) return;
    const sources = [...endpoint.sources.keys()];
    this.#end(seat, endpoint);
    this.#allocator.remove(sources);
    this.#dropEverywhere(sources);
    this.#voices.remove(sources);
    this.#pictures.remove(sources);
  }

  #endAll(): void {
    for (const seat of this.#seats.values()) {
      if (seat.endpoint === undefined) continue;
      this.#allocator.remove(seat.endpoint.sources.keys());
      this.#voices.remove(seat.endpoint.sources.keys());
      this.#pictures.remove(seat.endpoint.sources.keys());
      this.#end(seat, seat.endpoint);
    }
  }

  #end(seat: Seat, endpoint: Endpoint): void {
    const { home } = seat;
    seat.endpoint = undefined;
    seat.home = undefined;
    endpoint.close();
    if (home !== undefined) this.#placements.leave(home);
  }

  #seat(endpoint: ParticipantId): Seat {
    const known = this.#seats.get(endpoint);
    if (known !== undefined) return known;
    const seat: Seat = {
      queue: new SerialQueue(),
      newest: 0,
      retired: new Set(),
      endpoint: undefined,
      home: undefined,
      looking: false,
    };
    this.#seats.set(endpoint, seat);
    return seat;
  }

  #requireOpen(): void {
    if (!this.isOpen) throw stale('conference not open');
  }

  /** As a call, since the compiler does not know that it changes during an `await`. */
  #isClosed(): boolean {
    return this.#closed;
  }
}
