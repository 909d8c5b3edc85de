import {
  type Bridge,
  type BridgeSnapshot,
  type EndpointRef,
  type Incarnation,
  type RtpCapabilities,
  type SourceId,
  type SourceKind,
  SOURCE_KINDS,
  TreffError,
  mediaKindOf,
} from '@treff/protocol';
import { type Listener, dtlsOf, participant, publicationOf, refTo, soundOnly } from './calls.ts';
import { untilAnswered } from './unreliable.ts';

/** What one caller wants the bridge to have. */
interface Intended {
  readonly ref: EndpointRef;
  readonly rtpCapabilities: RtpCapabilities;
  readonly sources: Map<SourceId, { readonly kind: SourceKind; paused: boolean }>;
  iceAttempt: number;
}

export interface RandomCallsOptions {
  /** Endpoints that act at the same time. */
  readonly endpoints: number;
  /** Calls that each of them makes. */
  readonly calls: number;
  readonly random: () => number;
}

/**
 * Several endpoints come, publish, mute, go and come again, each making one call after the other and repeating it until it is
 * answered. Returns what should be there afterwards.
 */
export async function makeRandomCalls(
  bridge: Bridge,
  conference: Incarnation,
  listener: Listener,
  { endpoints, calls, random }: RandomCallsOptions,
): Promise<ReadonlyMap<string, Intended>> {
  const intended = new Map<string, Intended>();
  await untilAnswered(() => bridge.open(conference));
  await Promise.all(
    Array.from({ length: endpoints }, async (_, index) => {
      const caller = new RandomCaller(bridge, conference, listener, random, index);
      for (let call = 0; call < calls; call++) await caller.act();
      if (caller.intended !== undefined) intended.set(participant(index), caller.intended);
    }),
  );
  return intended;
}

/** The part of a snapshot that follows from what was intended, in an order that can be compared. */
export function expectedState(intended: ReadonlyMap<string, Intended>): unknown {
  return [...intended.values()]
    .map(({ ref, rtpCapabilities, sources }) => ({
      endpoint: ref.endpoint,
      generation: ref.generation,
      sources: [...sources].map(([source, { paused }]) => ({ source, paused })).toSorted(bySource),
      consumes: [...intended.values()]
        .filter((other) => other.ref.endpoint !== ref.endpoint)
        .flatMap((other) => [...other.sources])
        .filter(([, { kind }]) => rtpCapabilities.codecs?.some((codec) => codec.kind === mediaKindOf(kind)))
        .map(([source]) => source)
        .toSorted(),
    }))
    .toSorted(byEndpoint);
}

/** The same of what is there. */
export function actualState({ endpoints }: BridgeSnapshot): unknown {
  return endpoints
    .map(({ endpoint, generation, sources, consumers }) => ({
      endpoint,
      generation,
      sources: sources.map(({ source, paused }) => ({ source, paused })).toSorted(bySource),
      consumes: consumers.map(({ source }) => source).toSorted(),
    }))
    .toSorted(byEndpoint);
}

class RandomCaller {
  readonly #bridge: Bridge;
  readonly #conference: Incarnation;
  readonly #listener: Listener;
  readonly #random: () => number;
  readonly #index: number;
  #generation = 0;
  #publications = 0;
  intended: Intended | undefined;

  constructor(
    bridge: Bridge,
    conference: Incarnation,
    listener: Listener,
    random: () => number,
    index: number,
  ) {
    this.#bridge = bridge;
    this.#conference = conference;
    this.#listener = listener;
    this.#random = random;
    this.#index = index;
  }

  async act(): Promise<void> {
    const { intended } = this;
    const chance = this.#random();
    if (intended === undefined || chance < 0.08) await this.#come();
    else if (chance < 0.14) await this.#go(intended);
    else if (chance < 0.5) await this.#publish(intended);
    else if (chance < 0.65) await this.#unpublish(intended);
    else if (chance < 0.8) await this.#pause(intended);
    else if (chance < 0.87) await this.#constrain(intended);
    else if (chance < 0.92) await this.#restartIce(intended);
    else if (chance < 0.96) await this.#connect(intended);
    else await this.#start(intended);
  }

  async #come(): Promise<void> {
    this.#generation += 1;
    const ref = refTo(this.#conference, participant(this.#index), this.#generation);
    const all = this.#bridge.rtpCapabilities;
    const rtpCapabilities = this.#index % 3 === 2 ? soundOnly(all) : all;
    const offer = await untilAnswered(() => this.#bridge.endpoint(ref, { rtpCapabilities }));
    this.#listener.hearOffer(ref, offer);
    this.intended = { ref, rtpCapabilities, sources: new Map(), iceAttempt: 0 };
  }

  async #go({ ref }: Intended): Promise<void> {
    await untilAnswered(() => this.#bridge.remove(ref));
    this.intended = undefined;
  }

  async #publish({ ref, sources }: Intended): Promise<void> {
    const kinds = new Set([...sources.values()].map(({ kind }) => kind));
    const kind = this.#pick(SOURCE_KINDS.filter((candidate) => !kinds.has(candidate)));
    if (kind === undefined) return;
    this.#publications += 1;
    const paused = this.#random() < 0.3;
    const publication = { ...publicationOf(ref.endpoint, kind, this.#publications), paused };
    await untilAnswered(() => this.#bridge.publish(ref, publication));
    sources.set(publication.source, { kind, paused });
  }

  async #unpublish({ ref, sources }: Intended): Promise<void> {
    const source = this.#pick([...sources.keys()]);
    if (source === undefined) return;
    await untilAnswered(() => this.#bridge.unpublish(ref, source));
    sources.delete(source);
  }

  async #pause({ ref, sources }: Intended): Promise<void> {
    const chosen = this.#pick([...sources]);
    if (chosen === undefined) return;
    const [source, state] = chosen;
    const paused = !state.paused;
    await untilAnswered(() => this.#bridge.pause(ref, source, paused));
    state.paused = paused;
  }

  async #constrain({ ref }: Intended): Promise<void> {
    const defaultMaxHeight = this.#pick([0, 180, 360, 1080]) ?? 0;
    await untilAnswered(() => this.#bridge.constrain(ref, { defaultMaxHeight, maxHeights: {} }));
  }

  async #restartIce(intended: Intended): Promise<void> {
    intended.iceAttempt += 1;
    await untilAnswered(() => this.#bridge.restartIce(intended.ref, intended.iceAttempt));
  }

  async #connect({ ref }: Intended): Promise<void> {
    await untilAnswered(() => this.#bridge.connect(ref, 'send', dtlsOf(this.#index)));
  }

  async #start({ ref }: Intended): Promise<void> {
    const consumers = this.#listener.consumersOf(ref);
    await untilAnswered(() => this.#bridge.start(ref, consumers));
  }

  #pick<T>(values: readonly T[]): T | undefined {
    return values[Math.floor(this.#random() * values.length)];
  }
}

function bySource(one: { source: string }, other: { source: string }): number {
  return one.source < other.source ? -1 : 1;
}

function byEndpoint(one: { endpoint: string }, other: { endpoint: string }): number {
  if (one.endpoint === other.endpoint) throw new TreffError('server/internal', 'endpoint listed twice');
  return one.endpoint < other.endpoint ? -1 : 1;
}
