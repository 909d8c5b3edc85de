import type {
  Bridge,
  BridgeSnapshot,
  ClientMediaAction,
  ConsumerParameters,
  DtlsParameters,
  EndpointRef,
  ErrorCode,
  Generation,
  Incarnation,
  MediaInventory,
  MediaOffer,
  ParticipantId,
  Publication,
  ReceiverConstraints,
  RtpCapabilities,
  ServerMediaAction,
  SourceId,
  TransportRole,
  WithheldReason,
} from '@treff/protocol';
import type { Clock } from './clock.ts';
import { Consumers } from './consumers.ts';
import { Forwarding } from './forwarding.ts';
import type { Logger } from './logger.ts';
import { Reconciler, type Step } from './reconciler.ts';
import { TransportWatch } from './transport-watch.ts';

/** What an endpoint's media has to say; the focus listens. */
export interface EndpointListener {
  /** The transports of a generation are there. */
  offered(offer: MediaOffer): void;
  /** No transports can be made for this endpoint as it is. */
  offerRefused(code: ErrorCode): void;
  send(generation: Generation, body: ServerMediaAction): void;
  /** The bridge does not take a source. */
  sourceRefused(source: SourceId, code: ErrorCode): void;
  /** These are no longer published: their transports were given up, or their owner has them no more. */
  sourcesGone(sources: readonly SourceId[]): void;
  /** A transport that was to connect does not carry, whatever else does. */
  broken(transport: TransportRole): void;
}

export interface EndpointOptions {
  readonly participant: ParticipantId;
  readonly incarnation: Incarnation;
  readonly rtpCapabilities: RtpCapabilities;
  readonly bridge: Bridge;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly listener: EndpointListener;
  /** Resolves when the conference is open at the bridge. */
  readonly open: () => Promise<void>;
  /** The bridge no longer knows the conference or this endpoint: `open` has to look again. */
  readonly onStale: () => void;
}

type MediaAction = Exclude<ClientMediaAction, { action: 'publish' | 'unpublish' }>;

/** A {@link Step} of the current generation. */
interface Call {
  readonly name: string;
  attempt(ref: EndpointRef): Promise<() => void>;
  refused(code: ErrorCode): void;
}

interface Published {
  /** The bridge has said yes. */
  readonly accepted: boolean;
  /** As the bridge has it; `undefined` when that is uncertain. */
  readonly paused: boolean | undefined;
}

/**
 * Brings one endpoint at the bridge to what is wanted: what the plan says, and what its client asks for. Each set of transports is
 * a generation; what belongs to an older one is forgotten.
 */
export class EndpointMedia {
  readonly #options: EndpointOptions;
  #generation: Generation = 1;
  #transports: 'wanted' | 'open' | 'refused' = 'wanted';

  /** What the conference's plan wants forwarded. */
  #planned: ReadonlyMap<SourceId, { readonly paused: boolean }> = new Map();
  /** What the client offered to send over this generation's transports; `undefined` once the bridge has taken it. */
  readonly #publications = new Map<SourceId, Publication | undefined>();
  /** What the bridge has, or may have: a call whose answer was lost may have done its work. */
  readonly #published = new Map<SourceId, Published>();
  /** What the bridge sends to this endpoint; as its events say. */
  readonly #consumers: Consumers;
  readonly #forwarding: Forwarding;
  /** Events about transports whose offer is still on its way. */
  #early: (() => void)[] = [];

  readonly #toConnect = new Map<TransportRole, DtlsParameters>();
  readonly #toStart = new Set<string>();
  #toConstrain: ReceiverConstraints | undefined;
  #iceAttempt = 0;
  #iceRestarted = 0;

  #leaving = false;
  readonly #reconciler: Reconciler;
  readonly #watch: TransportWatch;

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.#consumers = new Consumers({
      clock: options.clock,
      announce: (consumers) => this.#send({ action: 'consumers-added', consumers: [...consumers] }),
      withdraw: (ids) => this.#send({ action: 'consumers-removed', consumers: [...ids] }),
    });
    this.#forwarding = new Forwarding((body) => this.#send(body));
    this.#watch = new TransportWatch(options.clock, (transport) => options.listener.broken(transport));
    this.#reconciler = new Reconciler({
      nextStep: () => this.#nextStep(),
      onStale: (step) => {
        options.onStale();
        if (step.isCurrent() && !this.#leaving) this.renew();
      },
      clock: options.clock,
      logger: options.logger,
    });
    this.#reconciler.kick();
  }

  get generation(): Generation {
    return this.#generation;
  }

  /** Whether media messages of a generation are about what is there now. */
  judge(generation: Generation): 'current' | 'older' | 'unknown' {
    if (generation < this.#generation) return 'older';
    return generation === this.#generation && this.#transports === 'open' ? 'current' : 'unknown';
  }

  plan(sources: readonly { readonly id: SourceId; readonly paused: boolean }[]): void {
    this.#planned = new Map(sources.map(({ id, paused }) => [id, { paused }]));
    this.#reconciler.kick();
  }

  /** A source that the plan knows, or will in a moment. */
  publish(publication: Publication): void {
    this.#publications.set(publication.source, publication);
    this.#reconciler.kick();
  }

  /** An action of the client about the current generation. */
  act(action: MediaAction): void {
    switch (action.action) {
      case 'connect':
        this.#toConnect.set(action.transport, action.dtlsParameters);
        this.#watch.expect(action.transport);
        break;
      case 'start':
        for (const id of action.consumers) if (this.#consumers.has(id)) this.#toStart.add(id);
        break;
      case 'constraints':
        this.#toConstrain = action.constraints;
        break;
      case 'restart-ice':
        this.#iceAttempt++;
        break;
      case 'renew':
        this.renew();
        break;
    }
    this.#reconciler.kick();
  }

  /** Gives the transports up and makes new ones. The client hears of it by the offer. */
  renew(): void {
    this.#generation++;
    this.#transports = 'wanted';
    const gone = [...this.#publications.keys()];
    for (const held of [this.#publications, this.#published, this.#toConnect, this.#toStart]) held.clear();
    this.#consumers.reset([]);
    this.#forwarding.reset();
    this.#watch.reset();
    this.#early = [];
    this.#toConstrain = undefined;
    this.#iceAttempt = 0;
    this.#iceRestarted = 0;
    this.#options.listener.sourcesGone(gone);
    this.#reconciler.kick();
  }

  /** What carried the transports of a generation is gone. */
  lost(generation: Generation): void {
    if (generation === this.#generation) this.renew();
  }

  /** The client is back: sends the difference between what it has and what is there. */
  resume(inventory: MediaInventory | undefined): void {
    // Without transports the offer is still to come, and says everything.
    if (this.#transports === 'wanted') return;
    if (inventory?.generation !== this.#generation) return this.renew();
    // The `start` of those may have been lost; to start a running one does nothing.
    for (const id of this.#consumers.compare(inventory.consuming)) this.#toStart.add(id);
    this.#forwarding.repeat();
    const publishing = new Set(inventory.publishing);
    for (const source of publishing) {
      if (!this.#publications.has(source))
        this.#send({ action: 'source-refused', source, code: 'source/unknown' });
    }
    const gone = [...this.#publications.keys()].filter((source) => !publishing.has(source));
    if (gone.length > 0) this.#options.listener.sourcesGone(gone);
    this.#reconciler.kick();
  }

  consumersAdded(generation: Generation, consumers: readonly ConsumerParameters[]): void {
    if (generation !== this.#generation) return;
    if (this.#transports !== 'open') {
      this.#early.push(() => this.consumersAdded(generation, consumers));
      return;
    }
    // The offer may have named some already.
    this.#consumers.add(consumers);
  }

  consumersRemoved(generation: Generation, consumers: readonly string[]): void {
    if (generation !== this.#generation) return;
    if (this.#transports !== 'open') {
      this.#early.push(() => this.consumersRemoved(generation, consumers));
      return;
    }
    for (const id of consumers) this.#toStart.delete(id);
    this.#consumers.remove(consumers);
  }

  /** What of the pictures it shows does not come, by the bridge's choice. */
  withheld(generation: Generation, withheld: Readonly<Record<SourceId, WithheldReason>>): void {
    if (generation !== this.#generation) return;
    if (this.#transports === 'open') this.#forwarding.withhold(withheld);
    else this.#early.push(() => this.withheld(generation, withheld));
  }

  /** How many layers of a source of its own somebody gets. */
  wanted(generation: Generation, source: SourceId, layers: number): void {
    if (generation === this.#generation && this.#publications.has(source))
      this.#forwarding.want(source, layers);
  }

  /** What the bridge says of one of the transports. */
  transportChanged(
    generation: Generation,
    transport: TransportRole,
    state: 'connected' | 'disconnected' | 'failed',
  ): void {
    if (generation === this.#generation && !this.#leaving) this.#watch.changed(transport, state);
  }

  /** Events were missed, and this is what the bridge has; `undefined`: nothing. */
  correct(actual: BridgeSnapshot['endpoints'][number] | undefined): void {
    if (this.#transports !== 'open') {
      // The offer on its way may be older than this; of transports that are not there yet it says nothing.
      if (actual?.generation === this.#generation) this.#early.push(() => this.correct(actual));
      return;
    }
    if (actual === undefined || actual.generation < this.#generation) return this.renew();
    const there = new Set(actual.consumers.map(({ id }) => id));
    this.consumersRemoved(
      actual.generation,
      this.#consumers.ids.filter((id) => !there.has(id)),
    );
    this.consumersAdded(actual.generation, actual.consumers);
    if (actual.generation === this.#generation) this.#forwarding.correct(actual.withheld, actual.sources);
  }

  /** The seat is given up: removes what the bridge has, then rests. */
  remove(): void {
    this.#leaving = true;
    this.#consumers.stop();
    this.#watch.reset();
    this.#reconciler.kick();
  }

  /** Rests at once: the whole conference is closed at the bridge. */
  stop(): void {
    this.#consumers.stop();
    this.#watch.reset();
    this.#reconciler.stop();
  }

  #send(body: ServerMediaAction): void {
    this.#options.listener.send(this.#generation, body);
  }

  /** The first difference between what is wanted and what is there. */
  #nextStep(): Step | undefined {
    const call = this.#nextCall();
    if (call === undefined) return undefined;
    const { incarnation, participant: endpoint } = this.#options;
    const generation = this.#generation;
    return {
      name: call.name,
      attempt: () => call.attempt({ incarnation, endpoint, generation }),
      refused: (code) => call.refused(code),
      isCurrent: () => generation === this.#generation,
    };
  }

  #nextCall(): Call | undefined {
    if (this.#leaving) return this.#removal();
    if (this.#transports === 'refused') return undefined;
    if (this.#transports === 'wanted') return this.#opening();
    // What is shown comes first: what is not must not come as soon as the transports are connected.
    return this.#constraint() ?? this.#connection() ?? this.#source() ?? this.#start();
  }

  #removal(): Call {
    const done = () => this.#reconciler.stop();
    return {
      name: 'remove',
      attempt: async (ref) => {
        await this.#options.bridge.remove(ref);
        return done;
      },
      refused: done,
    };
  }

  #opening(): Call {
    const { bridge, rtpCapabilities, listener, open } = this.#options;
    return {
      name: 'endpoint',
      attempt: async (ref) => {
        await open();
        const offer = await bridge.endpoint(ref, { rtpCapabilities });
        return () => {
          this.#transports = 'open';
          this.#consumers.reset(offer.consumers);
          listener.offered(offer);
          const early = this.#early;
          this.#early = [];
          for (const event of early) event();
        };
      },
      refused: (code) => {
        this.#transports = 'refused';
        listener.offerRefused(code);
      },
    };
  }

  #connection(): Call | undefined {
    const { bridge } = this.#options;
    for (const [transport, dtlsParameters] of this.#toConnect) {
      const done = () => {
        if (this.#toConnect.get(transport) === dtlsParameters) this.#toConnect.delete(transport);
      };
      return {
        name: 'connect',
        attempt: async (ref) => {
          await bridge.connect(ref, transport, dtlsParameters);
          return done;
        },
        refused: (code) => {
          done();
          this.#send({ action: 'failed', code });
        },
      };
    }
    const attempt = this.#iceAttempt;
    if (attempt === this.#iceRestarted) return undefined;
    return {
      name: 'restart-ice',
      attempt: async (ref) => {
        const ice = await bridge.restartIce(ref, attempt);
        return () => {
          this.#iceRestarted = attempt;
          this.#send({ action: 'ice-restarted', send: ice.send, receive: ice.receive });
        };
      },
      refused: (code) => {
        this.#iceRestarted = attempt;
        this.#send({ action: 'failed', code });
      },
    };
  }

  /** What this endpoint sends. */
  #source(): Call | undefined {
    for (const source of this.#published.keys()) {
      if (!this.#planned.has(source)) return this.#unpublishing(source);
    }
    for (const [source, { paused }] of this.#planned) {
      const publication = this.#publications.get(source);
      const published = this.#published.get(source);
      if (published?.accepted === true) {
        if (published.paused !== paused) return this.#pausing(source, paused);
      } else if (publication !== undefined) return this.#publishing(publication, paused);
    }
    // Offered, but no longer planned before the bridge heard of it.
    for (const source of this.#publications.keys())
      if (!this.#planned.has(source)) this.#publications.delete(source);
    return undefined;
  }

  #publishing({ source, kind, rtpParameters, height }: Publication, paused: boolean): Call {
    const { bridge, listener } = this.#options;
    const publication = { source, kind, rtpParameters, paused, ...(height === undefined ? {} : { height }) };
    return {
      name: 'publish',
      attempt: async (ref) => {
        this.#published.set(source, { accepted: false, paused: undefined });
        await bridge.publish(ref, publication);
        return () => {
          this.#published.set(source, { accepted: true, paused });
          if (this.#publications.has(source)) this.#publications.set(source, undefined);
        };
      },
      refused: (code) => {
        this.#published.delete(source);
        this.#publications.delete(source);
        listener.sourceRefused(source, code);
      },
    };
  }

  #unpublishing(source: SourceId): Call {
    const done = () => {
      this.#published.delete(source);
      this.#publications.delete(source);
      this.#forwarding.forget(source);
    };
    return {
      name: 'unpublish',
      attempt: async (ref) => {
        await this.#options.bridge.unpublish(ref, source);
        return done;
      },
      refused: done,
    };
  }

  #pausing(source: SourceId, paused: boolean): Call {
    return {
      name: 'pause',
      attempt: async (ref) => {
        this.#published.set(source, { accepted: true, paused: undefined });
        await this.#options.bridge.pause(ref, source, paused);
        return () => this.#published.set(source, { accepted: true, paused });
      },
      refused: (code) => {
        this.#published.delete(source);
        this.#publications.delete(source);
        this.#options.listener.sourceRefused(source, code);
      },
    };
  }

  /** What this endpoint receives. */
  #start(): Call | undefined {
    const { bridge } = this.#options;
    const starting = [...this.#toStart];
    if (starting.length === 0) return undefined;
    const done = () => {
      for (const id of starting) this.#toStart.delete(id);
    };
    return {
      name: 'start',
      attempt: async (ref) => {
        await bridge.start(ref, starting);
        return done;
      },
      refused: (code) => {
        done();
        this.#send({ action: 'failed', code });
      },
    };
  }

  /** What of that it shows. */
  #constraint(): Call | undefined {
    const { bridge } = this.#options;
    const constraints = this.#toConstrain;
    if (constraints === undefined) return undefined;
    const done = () => {
      if (this.#toConstrain === constraints) this.#toConstrain = undefined;
    };
    return {
      name: 'constrain',
      attempt: async (ref) => {
        await bridge.constrain(ref, constraints);
        return done;
      },
      refused: (code) => {
        done();
        this.#send({ action: 'failed', code });
      },
    };
  }
}
