import type { types } from 'mediasoup';
import {
  type CameraCaps,
  type DtlsParameters,
  type EndpointRef,
  type IceParameters,
  type MediaOffer,
  type Publication,
  type ReceiverConstraints,
  type RtpCapabilities,
  type SourceId,
  type TransportParameters,
  type TransportRole,
  LIMITS,
  TreffError,
  iceParameters,
  mediaKindOf,
} from '@treff/protocol';
import type { Allocation, Forwarded } from './allocation.ts';
import type { Clock } from './clock.ts';
import { refusalOf, unavailable } from './errors.ts';
import { bandwidthReport, WayEstimate } from './estimate.ts';
import { incomingBitrate } from './incoming.ts';
import type { Interned } from './interned.ts';
import type { Logger } from './logger.ts';
import { shownOf, shows } from './pictures.ts';
import { Outlets, type Pipes } from './pipes.ts';
import { type CommonParameters, Reception } from './reception.ts';
import { receiverCapabilities, senderParameters, transportParameters } from './rtp.ts';
import { Source } from './source.ts';

/** Bits per second assumed to fit until congestion control knows better: sound and a few small pictures at once. */
const INITIAL_OUTGOING_BITRATE = 1_000_000;
/** Milliseconds between two key frame requests to one sender: many may join, or change layers, at the same time, yet nobody is to wait for long. */
const KEY_FRAME_REQUEST_DELAY_MS = 300;

type TransportState = 'connected' | 'disconnected' | 'failed';

/** What an endpoint tells the room it is in. */
export interface EndpointListener {
  readonly transportState: (transport: TransportRole, state: TransportState) => void;
  /** What the way to it carries is another estimate. */
  readonly estimated: () => void;
}

interface EndpointTransports {
  readonly send: types.WebRtcTransport;
  readonly receive: types.WebRtcTransport;
}

/**
 * One generation of a participant's media: a transport to send on, one to receive on, the sources it publishes and what it receives. Calls on
 * it come one after the other (the seat's queue); it may be closed at any moment, and then rejects.
 */
export class Endpoint {
  readonly ref: EndpointRef;
  readonly sources = new Map<SourceId, Source>();
  /** What its owner shows; undefined until that was said. */
  constraints: ReceiverConstraints | undefined;
  readonly #receptions = new Map<SourceId, Reception>();
  readonly #undecodable = new Set<SourceId>();
  readonly #router: types.Router;
  readonly #pipes: Pipes;
  readonly #transports: EndpointTransports;
  readonly #offered: Record<TransportRole, TransportParameters>;
  readonly #rtpCapabilities: types.RtpCapabilities;
  readonly #cameraCaps: CameraCaps;
  readonly #common: Interned<CommonParameters>;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #fingerprints = new Map<TransportRole, string>();
  readonly #estimate = new WayEstimate();
  #allocation: Allocation | undefined;
  #iceAttempt = 0;
  /** Bits per second. */
  #accepted: number;
  #closed = false;

  private constructor(
    ref: EndpointRef,
    router: types.Router,
    transports: EndpointTransports,
    options: {
      pipes: Pipes;
      rtpCapabilities: RtpCapabilities;
      cameraCaps: CameraCaps;
      iceCandidates: TransportParameters['iceCandidates'];
      common: Interned<CommonParameters>;
      logger: Logger;
      clock: Clock;
    },
  ) {
    this.ref = ref;
    this.#router = router;
    this.#pipes = options.pipes;
    this.#transports = transports;
    this.#rtpCapabilities = receiverCapabilities(options.rtpCapabilities);
    this.#cameraCaps = options.cameraCaps;
    this.#accepted = incomingBitrate(options.cameraCaps, []);
    this.#common = options.common;
    this.#logger = options.logger;
    this.#clock = options.clock;
    this.#offered = {
      send: transportParameters(transports.send, options.iceCandidates),
      receive: transportParameters(transports.receive, options.iceCandidates),
    };
  }

  /** Opens both transports. Rejects with `media/bridge-unavailable`, leaving nothing open. */
  static async open(
    ref: EndpointRef,
    router: types.Router,
    options: {
      /** To the other routers of its conference. */
      pipes: Pipes;
      webRtcServer: types.WebRtcServer;
      rtpCapabilities: RtpCapabilities;
      cameraCaps: CameraCaps;
      iceCandidates: TransportParameters['iceCandidates'];
      common: Interned<CommonParameters>;
      logger: Logger;
      listener: EndpointListener;
      clock: Clock;
    },
  ): Promise<Endpoint> {
    const create = (): Promise<types.WebRtcTransport> =>
      router.createWebRtcTransport({
        webRtcServer: options.webRtcServer,
        enableUdp: true,
        enableTcp: true,
        enableSctp: false,
        initialAvailableOutgoingBitrate: INITIAL_OUTGOING_BITRATE,
      });
    const [send, receive] = await Promise.allSettled([create(), create()]);
    if (send.status === 'rejected' || receive.status === 'rejected') {
      for (const made of [send, receive]) if (made.status === 'fulfilled') made.value.close();
      throw refusalOf(send.status === 'rejected' ? send.reason : undefined, 'media/bridge-unavailable');
    }
    const transports = { send: send.value, receive: receive.value };
    try {
      await Promise.all([
        transports.send.setMaxIncomingBitrate(incomingBitrate(options.cameraCaps, [])),
        transports.receive.enableTraceEvent(['bwe']),
      ]);
      const endpoint = new Endpoint(ref, router, transports, options);
      endpoint.#watch('send', options.listener);
      endpoint.#watch('receive', options.listener);
      endpoint.#watchEstimate(options.listener);
      return endpoint;
    } catch (error) {
      transports.send.close();
      transports.receive.close();
      throw refusalOf(error, 'media/bridge-unavailable');
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  get receptions(): Iterable<Reception> {
    return this.#receptions.values();
  }

  /** Bits per second that the way to it carries beside the sound that is sent now; undefined: not known. */
  get estimate(): number | undefined {
    return this.#estimate.bitrate;
  }

  /** The least that this was for a while. */
  get steadyEstimate(): number | undefined {
    return this.#estimate.steady;
  }

  /** What it is sent, as was decided last. */
  get allocation(): Allocation | undefined {
    return this.#allocation;
  }

  /** Sends it this from now on. What was there before is changed at once; what opens later, opens so. */
  async allot(allocation: Allocation): Promise<void> {
    const before = this.#allocation;
    this.#allocation = allocation;
    const now = this.#clock.now();
    const changes = [...this.#receptions.values()].flatMap((reception) => {
      const { source } = reception;
      if (shows(before, source.id) || shows(allocation, source.id)) reception.shownAt = now;
      return reception.allot(this.#allotted(source)) ?? [];
    });
    if (changes.length > 0) await this.#inWorker(changes);
  }

  /** Whether it shows a picture that it could receive and does not. */
  get lacksPictures(): boolean {
    return (
      this.#allocation !== undefined &&
      shownOf(this.#allocation).some((id) => !this.#receptions.has(id) && !this.#undecodable.has(id))
    );
  }

  /** Lets its receptions of these sources run or pause, as is decided for everybody. */
  async follow(sources: readonly SourceId[]): Promise<void> {
    const changes = sources.flatMap((source) => this.#receptions.get(source)?.follow() ?? []);
    if (changes.length > 0) await this.#inWorker(changes);
  }

  /** Everything its owner needs to know, as of now. From here on its receptions count as told and run. */
  async offer(): Promise<MediaOffer> {
    const running = [...this.#receptions.values()].map((reception) => {
      reception.told = true;
      return reception.start();
    });
    await this.#inWorker(running);
    const { send, receive } = this.#transports;
    return {
      generation: this.ref.generation,
      send: { ...this.#offered.send, iceParameters: iceParameters.parse(send.iceParameters) },
      receive: { ...this.#offered.receive, iceParameters: iceParameters.parse(receive.iceParameters) },
      // Looked at only now, since sources may have ended meanwhile.
      consumers: [...this.#receptions.values()].map(({ parameters }) => parameters),
    };
  }

  async connect(role: TransportRole, dtlsParameters: DtlsParameters): Promise<void> {
    const fingerprints = dtlsParameters.fingerprints.map(({ algorithm, value }) => ({
      algorithm,
      // The worker compares with upper case.
      value: value.toUpperCase(),
    }));
    const key = JSON.stringify(fingerprints);
    const known = this.#fingerprints.get(role);
    if (known === key) return;
    if (known !== undefined)
      throw new TreffError('media/transport-failed', `${role} has another certificate`);
    try {
      await this.#transports[role].connect({
        dtlsParameters: {
          fingerprints,
          ...(dtlsParameters.role === undefined ? {} : { role: dtlsParameters.role }),
        },
      });
    } catch (error) {
      throw refusalOf(error, 'media/transport-failed');
    }
    this.#fingerprints.set(role, key);
  }

  /** `attempt` starts at 1; one that was made already answers with today's credentials. */
  async restartIce(attempt: number): Promise<Record<TransportRole, IceParameters>> {
    const { send, receive } = this.#transports;
    if (attempt > this.#iceAttempt) {
      try {
        await Promise.all([send.restartIce(), receive.restartIce()]);
      } catch (error) {
        throw refusalOf(error, 'media/transport-failed');
      }
      this.#iceAttempt = attempt;
    }
    return {
      send: iceParameters.parse(send.iceParameters),
      receive: iceParameters.parse(receive.iceParameters),
    };
  }

  /** A new source of this endpoint. Whether its id may be used is the room's to say. */
  async publish(publication: Omit<Publication, 'muted' | 'replaces'> & { paused: boolean }): Promise<Source> {
    const { kind, source: id } = publication;
    const same = [...this.sources.values()].some((source) => source.kind === kind);
    if (same || this.sources.size >= LIMITS.sourcesPerEndpoint) {
      throw new TreffError('source/too-many', `${id} is a second ${kind}`);
    }
    const media = mediaKindOf(kind);
    const rtpParameters = senderParameters(publication.rtpParameters, media, this.ref.endpoint);
    let producer: types.Producer;
    try {
      producer = await this.#transports.send.produce({
        kind: media,
        rtpParameters,
        paused: publication.paused,
        ...(media === 'video' ? { keyFrameRequestDelay: KEY_FRAME_REQUEST_DELAY_MS } : {}),
      });
    } catch (error) {
      throw this.#closed ? unavailable('closed meanwhile') : refusalOf(error, 'media/invalid-parameters');
    }
    if (this.#closed) {
      // Came too late to be closed with its transport.
      producer.close();
      throw unavailable('closed meanwhile');
    }
    const outlets = new Outlets(this.#router, producer, this.#pipes);
    return new Source(this.ref.endpoint, publication, producer, outlets);
  }

  /** Accepts as many bits as what it publishes now may take. */
  async sourcesChanged(): Promise<void> {
    const kinds = [...this.sources.values()].map(({ kind }) => kind);
    const bitrate = incomingBitrate(this.#cameraCaps, kinds);
    if (bitrate === this.#accepted) return;
    this.#accepted = bitrate;
    try {
      await this.#transports.send.setMaxIncomingBitrate(bitrate);
    } catch (error) {
      if (!this.#closed) this.#logger.error({ err: error, ref: this.ref }, 'cannot bound what is accepted');
    }
  }

  /** Receives those of `sources` that it can decode and does not receive yet; the new ones. They wait for `start` unless `started`. */
  async receive(sources: readonly Source[], started: boolean): Promise<Reception[]> {
    const wanted = sources.filter(
      (source) => !source.closed && !this.#receptions.has(source.id) && this.#decodes(source),
    );
    const opened = await Promise.allSettled(
      wanted.map((source) =>
        Reception.open(this.#transports.receive, source, {
          router: this.#router,
          rtpCapabilities: this.#rtpCapabilities,
          allotted: this.#allotted(source),
          started,
          now: this.#clock.now(),
          common: this.#common,
        }),
      ),
    );
    const added: Reception[] = [];
    for (const [index, outcome] of opened.entries()) {
      if (outcome.status === 'fulfilled') {
        if (outcome.value !== undefined && !outcome.value.source.closed) added.push(outcome.value);
      } else if (!this.#closed && wanted[index]?.closed === false) {
        const reason: unknown = outcome.reason;
        this.#logger.error(
          { err: reason, ref: this.ref, source: wanted[index].id },
          'cannot forward a source',
        );
      }
    }
    // The allocation may be another one by now.
    const catchUp = added.flatMap((reception) => {
      this.#receptions.set(reception.source.id, reception);
      return reception.allot(this.#allotted(reception.source)) ?? [];
    });
    if (catchUp.length > 0) await this.#inWorker(catchUp);
    return added;
  }

  /** Receives these sources no longer, of which some have ended; the ids of those receptions that the owner was told of. */
  drop(sources: readonly SourceId[]): string[] {
    return sources.flatMap((source) => {
      this.#undecodable.delete(source);
      const reception = this.#receptions.get(source);
      if (reception === undefined) return [];
      this.#receptions.delete(source);
      reception.close();
      return reception.told ? [reception.id] : [];
    });
  }

  async start(consumers: readonly string[]): Promise<void> {
    const ids = new Set(consumers);
    const chosen = [...this.#receptions.values()].filter(({ id }) => ids.has(id));
    await this.#inWorker(chosen.map((reception) => reception.acknowledge()));
  }

  /** Ends both transports and all on them. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#transports.send.close();
    this.#transports.receive.close();
    this.#receptions.clear();
    this.#undecodable.clear();
    this.sources.clear();
  }

  #decodes({ id, outlets }: Source): boolean {
    if (this.#undecodable.has(id)) return false;
    if (outlets.canConsume(this.#rtpCapabilities)) return true;
    this.#undecodable.add(id);
    return false;
  }

  #allotted(source: Source): Forwarded | undefined {
    return this.#allocation?.forwarded.get(source.id);
  }

  #watchEstimate(listener: EndpointListener): void {
    this.#transports.receive.on('trace', ({ type, info }) => {
      if (this.#closed || type !== 'bwe') return;
      const report = bandwidthReport(info);
      if (report === undefined) return;
      this.#estimate.take(report, this.#clock.now());
      listener.estimated();
    });
  }

  /** Waits for calls on receptions. One whose source ended meanwhile has failed, and rightly so; anything else is logged there. */
  async #inWorker(calls: readonly Promise<void>[]): Promise<void> {
    const outcomes = await Promise.allSettled(calls);
    if (this.#closed) throw unavailable('closed meanwhile');
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        const reason: unknown = outcome.reason;
        this.#logger.debug({ err: reason, ref: this.ref }, 'a consumer went meanwhile');
      }
    }
  }

  #watch(role: TransportRole, listener: EndpointListener): void {
    const transport = this.#transports[role];
    let told: TransportState | undefined;
    const look = (): void => {
      const state = stateOf(transport);
      if (this.#closed || state === undefined || state === told) return;
      const isBack = state === 'connected' && told === 'disconnected';
      told = state;
      listener.transportState(role, state);
      if (isBack && role === 'receive') this.#wayChanged(listener);
    };
    transport.on('icestatechange', look);
    transport.on('dtlsstatechange', look);
    if (role === 'receive') transport.on('iceselectedtuplechange', () => this.#wayChanged(listener));
  }

  #wayChanged(listener: EndpointListener): void {
    this.#estimate.forget();
    listener.estimated();
  }
}

/** `undefined` until both ICE and DTLS are done for the first time. */
function stateOf({ iceState, dtlsState }: types.WebRtcTransport): TransportState | undefined {
  if (dtlsState === 'failed' || dtlsState === 'closed') return 'failed';
  if (iceState === 'disconnected') return 'disconnected';
  return dtlsState === 'connected' && iceState !== 'new' ? 'connected' : undefined;
}
