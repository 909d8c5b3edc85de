import {
  codeOf,
  TreffError,
  type Bridge,
  type ClientMediaAction,
  type ConsumerParameters,
  type DtlsParameters,
  type EndpointRef,
  type ErrorCode,
  type Generation,
  type Incarnation,
  type MediaInventory,
  type MediaOffer,
  type ParticipantId,
  type Publication,
  type ReceiverConstraints,
  type RtpCapabilities,
  type ServerMediaAction,
  type SourceId,
  type TransportRole,
} from '@treff/protocol';
import { withTimeout, type Clock } from './clock.ts';
import type { Logger } from './logger.ts';

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

/** One thing to do at the bridge. `apply` is called with the answer, unless the generation changed meanwhile. */
interface Step {
  readonly name: string;
  attempt(ref: EndpointRef): Promise<() => void>;
  /** The bridge said no, and would say so again. */
  refused(code: ErrorCode): void;
}

interface Published {
  /** The bridge has said yes. */
  readonly accepted: boolean;
  /** As the bridge has it; `undefined` when that is uncertain. */
  readonly paused: boolean | undefined;
}

/** Longer than any bridge takes; a call that is not answered by then counts as lost and is repeated. */
const CALL_TIMEOUT_MS = 5_000;
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;

/**
 * Brings one endpoint at the bridge to what is wanted: the difference is looked for, one step of it is done, and so on until there
 * is none. So calls of one endpoint are never concurrent, the latest wish wins, and what failed is simply still different.
 */
export class EndpointMedia {
  readonly #options: EndpointOptions;
  #generation: Generation = 1;
  #transports: 'wanted' | 'open' | 'refused' = 'wanted';

  /** What the conference's plan wants forwarded. */
  #planned: ReadonlyMap<SourceId, { readonly paused: boolean }> = new Map();
  /** What the client offered to send over this generation's transports. */
  readonly #publications = new Map<SourceId, Publication>();
  /** What the bridge has, or may have: a call whose answer was lost may have done its work. */
  readonly #published = new Map<SourceId, Published>();
  /** What the bridge sends to this endpoint; as its events say. */
  readonly #consumers = new Map<string, ConsumerParameters>();
  /** Events about transports whose offer is still on its way. */
  #early: (() => void)[] = [];

  readonly #toConnect = new Map<TransportRole, DtlsParameters>();
  readonly #toStart = new Set<string>();
  #toConstrain: ReceiverConstraints | undefined;
  #iceAttempt = 0;
  #iceRestarted = 0;

  #end: 'none' | 'remove' | 'done' = 'none';
  #working = false;
  #wake: (() => void) | undefined;

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.#work();
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
    this.#work();
  }

  /** A source that the plan knows, or will in a moment. */
  publish(publication: Publication): void {
    this.#publications.set(publication.source, publication);
    this.#work();
  }

  /** An action of the client about the current generation. */
  act(action: MediaAction): void {
    switch (action.action) {
      case 'connect':
        this.#toConnect.set(action.transport, action.dtlsParameters);
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
    this.#work();
  }

  /** Gives the transports up and makes new ones. The client hears of it by the offer. */
  renew(): void {
    this.#generation++;
    this.#transports = 'wanted';
    const gone = [...this.#publications.keys()];
    for (const held of [this.#publications, this.#published, this.#consumers, this.#toConnect, this.#toStart])
      held.clear();
    this.#early = [];
    this.#toConstrain = undefined;
    this.#iceAttempt = 0;
    this.#iceRestarted = 0;
    this.#options.listener.sourcesGone(gone);
    this.#work();
  }

  /** The client is back: sends the difference between what it has and what is there. */
  resume(inventory: MediaInventory | undefined): void {
    // Without transports the offer is still to come, and says everything.
    if (this.#transports === 'wanted') return;
    if (inventory?.generation !== this.#generation) return this.renew();
    const { listener } = this.#options;
    const consuming = new Set(inventory.consuming);
    const removed = inventory.consuming.filter((id) => !this.#consumers.has(id));
    if (removed.length > 0)
      listener.send(this.#generation, { action: 'consumers-removed', consumers: removed });
    const added = [...this.#consumers.values()].filter(({ id }) => !consuming.has(id));
    if (added.length > 0) listener.send(this.#generation, { action: 'consumers-added', consumers: added });
    // Its `start` may have been lost; to start a running one does nothing.
    for (const id of consuming) if (this.#consumers.has(id)) this.#toStart.add(id);
    const publishing = new Set(inventory.publishing);
    for (const source of publishing) {
      if (!this.#publications.has(source))
        listener.send(this.#generation, { action: 'source-refused', source, code: 'source/unknown' });
    }
    const gone = [...this.#publications.keys()].filter((source) => !publishing.has(source));
    if (gone.length > 0) listener.sourcesGone(gone);
    this.#work();
  }

  consumersAdded(generation: Generation, consumers: readonly ConsumerParameters[]): void {
    if (generation !== this.#generation) return;
    if (this.#transports !== 'open') {
      this.#early.push(() => this.consumersAdded(generation, consumers));
      return;
    }
    // The offer may have named them already.
    const added = consumers.filter(({ id }) => !this.#consumers.has(id));
    for (const consumer of added) this.#consumers.set(consumer.id, consumer);
    if (added.length > 0)
      this.#options.listener.send(generation, { action: 'consumers-added', consumers: added });
  }

  consumersRemoved(generation: Generation, consumers: readonly string[]): void {
    if (generation !== this.#generation) return;
    if (this.#transports !== 'open') {
      this.#early.push(() => this.consumersRemoved(generation, consumers));
      return;
    }
    const removed = consumers.filter((id) => this.#consumers.delete(id));
    for (const id of removed) this.#toStart.delete(id);
    if (removed.length > 0)
      this.#options.listener.send(generation, { action: 'consumers-removed', consumers: removed });
  }

  /** Events were missed, and this is what the bridge has; `undefined`: nothing. */
  correct(actual: { generation: Generation; consumers: readonly ConsumerParameters[] } | undefined): void {
    if (this.#transports !== 'open') return;
    if (actual === undefined || actual.generation < this.#generation) return this.renew();
    const there = new Set(actual.consumers.map(({ id }) => id));
    this.consumersRemoved(
      actual.generation,
      [...this.#consumers.keys()].filter((id) => !there.has(id)),
    );
    this.consumersAdded(actual.generation, actual.consumers);
  }

  /** The seat is given up: removes what the bridge has, then rests. */
  remove(): void {
    if (this.#end === 'none') this.#end = 'remove';
    this.#work();
  }

  /** Rests at once: the whole conference is closed at the bridge. */
  stop(): void {
    this.#end = 'done';
    this.#work();
  }

  /** Starts the loop, or ends its wait. */
  #work(): void {
    this.#wake?.();
    if (this.#working) return;
    this.#working = true;
    // In a turn of its own: the caller may be about to change more.
    queueMicrotask(() => void this.#loop());
  }

  async #loop(): Promise<void> {
    let failures = 0;
    for (let step = this.#nextStep(); step !== undefined; step = this.#nextStep()) {
      const generation = this.#generation;
      const code = await this.#try(step, generation);
      if (code === undefined) {
        failures = 0;
        continue;
      }
      if (code === 'media/stale-generation') {
        this.#options.onStale();
        if (generation === this.#generation && this.#end === 'none') this.renew();
      }
      await this.#wait(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++));
    }
    this.#working = false;
  }

  /** Resolves with the code of a failure that passes: the same step is to be tried again. */
  async #try(step: Step, generation: Generation): Promise<ErrorCode | undefined> {
    const { clock, logger, participant, incarnation } = this.#options;
    try {
      const lost = () => new TreffError('media/bridge-unavailable', 'the bridge did not answer');
      const call = step.attempt({ incarnation, endpoint: participant, generation });
      const apply = await withTimeout(clock, CALL_TIMEOUT_MS, call, lost);
      if (generation === this.#generation) apply();
      return undefined;
    } catch (error) {
      const code = codeOf(error);
      const passes = code === 'media/bridge-unavailable' || code === 'media/stale-generation';
      if (code === 'server/internal') logger.error({ error, step: step.name }, 'a call to the bridge failed');
      else logger.debug({ code, step: step.name, participant }, 'the bridge refused');
      if (passes) return code;
      if (generation === this.#generation) step.refused(code);
      return undefined;
    }
  }

  /** Until time has passed or, so that an end is not delayed, something was asked of this endpoint. */
  async #wait(ms: number): Promise<void> {
    if (this.#end === 'done') return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve);
      this.#wake = () => {
        if (this.#end !== 'done') return;
        cancel();
        resolve();
      };
    });
    this.#wake = undefined;
  }

  /** The first difference between what is wanted and what is there. */
  #nextStep(): Step | undefined {
    if (this.#end === 'done') return undefined;
    if (this.#end === 'remove') return this.#removal();
    if (this.#transports === 'refused') return undefined;
    if (this.#transports === 'wanted') return this.#opening();
    return this.#connection() ?? this.#source() ?? this.#reception();
  }

  #removal(): Step {
    const done = () => {
      this.#end = 'done';
    };
    return {
      name: 'remove',
      attempt: async (ref) => {
        await this.#options.bridge.remove(ref);
        return done;
      },
      refused: done,
    };
  }

  #opening(): Step {
    const { bridge, rtpCapabilities, listener, open } = this.#options;
    return {
      name: 'endpoint',
      attempt: async (ref) => {
        await open();
        const offer = await bridge.endpoint(ref, { rtpCapabilities });
        return () => {
          this.#transports = 'open';
          for (const consumer of offer.consumers) this.#consumers.set(consumer.id, consumer);
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

  #connection(): Step | undefined {
    const { bridge, listener } = this.#options;
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
          listener.send(this.#generation, { action: 'failed', code });
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
          listener.send(ref.generation, { action: 'ice-restarted', send: ice.send, receive: ice.receive });
        };
      },
      refused: (code) => {
        this.#iceRestarted = attempt;
        listener.send(this.#generation, { action: 'failed', code });
      },
    };
  }

  /** What this endpoint sends. */
  #source(): Step | undefined {
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

  #publishing({ source, kind, rtpParameters, height }: Publication, paused: boolean): Step {
    const { bridge, listener } = this.#options;
    const publication = { source, kind, rtpParameters, paused, ...(height === undefined ? {} : { height }) };
    return {
      name: 'publish',
      attempt: async (ref) => {
        this.#published.set(source, { accepted: false, paused: undefined });
        await bridge.publish(ref, publication);
        return () => this.#published.set(source, { accepted: true, paused });
      },
      refused: (code) => {
        this.#published.delete(source);
        this.#publications.delete(source);
        listener.sourceRefused(source, code);
      },
    };
  }

  #unpublishing(source: SourceId): Step {
    const done = () => {
      this.#published.delete(source);
      this.#publications.delete(source);
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

  #pausing(source: SourceId, paused: boolean): Step {
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
  #reception(): Step | undefined {
    const { bridge, listener } = this.#options;
    const starting = [...this.#toStart];
    if (starting.length > 0) {
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
          listener.send(this.#generation, { action: 'failed', code });
        },
      };
    }
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
        listener.send(this.#generation, { action: 'failed', code });
      },
    };
  }
}
