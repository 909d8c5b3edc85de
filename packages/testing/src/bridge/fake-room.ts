import {
  type BridgeEvent,
  type BridgeSnapshot,
  type CameraCaps,
  type ConsumerParameters,
  type DtlsParameters,
  type EndpointRef,
  type Generation,
  type IceParameters,
  type Incarnation,
  type MediaOffer,
  type ParticipantId,
  type Publication,
  type ReceiverConstraints,
  type RtpCapabilities,
  type SourceId,
  type TransportParameters,
  type TransportRole,
  LIMITS,
  TreffError,
  mediaKindOf,
  ownerOf,
} from '@treff/protocol';
import { FAKE_KEEP_MS, FAKE_SHOWN_MS, type FakeAllocation, fakeAllocation } from './fake-allocation.ts';
import type { FakeEndpointState } from './fake-bridge.ts';
import { canDecode, checkPublication, consumerRtpParameters, fakeIce, fakeTransport } from './fake-rtp.ts';

type FakePublication = Omit<Publication, 'muted' | 'replaces'> & { paused: boolean };

interface FakeEndpoint {
  readonly ref: EndpointRef;
  readonly rtpCapabilities: RtpCapabilities;
  readonly transports: Record<TransportRole, TransportParameters>;
  readonly fingerprints: Map<TransportRole, string>;
  readonly sources: Map<SourceId, FakePublication>;
  readonly consumers: Map<SourceId, { parameters: ConsumerParameters; started: boolean; dueAt: number }>;
  iceAttempt: number;
  constraints: ReceiverConstraints | undefined;
  withheld: FakeAllocation['withheld'];
  /** Of each picture: until when each layer is wanted, how many were told, and how many lines. */
  readonly wanted: Map<SourceId, { until: number[]; told: number; maxHeight: number | undefined }>;
}

/** What is remembered of a participant beyond its endpoint. */
interface FakeSeat {
  newest: Generation;
  readonly retired: Set<SourceId>;
  endpoint: FakeEndpoint | undefined;
}

/** One conference of the {@link FakeBridge}. */
export class FakeRoom {
  readonly #incarnation: Incarnation;
  readonly #caps: CameraCaps;
  readonly #emit: (event: BridgeEvent) => void;
  readonly #seats = new Map<ParticipantId, FakeSeat>();
  readonly #now: () => number;
  #speakers: ParticipantId[] = [];
  /** Lines that the load allows. */
  #loadHeight = Infinity;
  #open = false;
  #counter = 0;

  constructor(
    incarnation: Incarnation,
    caps: CameraCaps,
    emit: (event: BridgeEvent) => void,
    now: () => number,
  ) {
    this.#incarnation = incarnation;
    this.#caps = caps;
    this.#emit = emit;
    this.#now = now;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  open(): void {
    this.#open = true;
  }

  /** Cameras have at most so many lines. */
  limit(maxHeight: number): void {
    this.#loadHeight = maxHeight;
    this.allocate();
  }

  get #maxHeight(): number | undefined {
    const maxHeight = Math.min(this.#loadHeight, this.#caps.maxHeight ?? Infinity);
    return maxHeight === Infinity ? undefined : maxHeight;
  }

  endpoint(ref: EndpointRef, rtpCapabilities: RtpCapabilities): MediaOffer {
    const seat = this.#seat(ref.endpoint);
    if (seat.endpoint?.ref.generation !== ref.generation) {
      if (ref.generation <= seat.newest) throw stale(ref);
      this.#end(seat);
      seat.newest = ref.generation;
      seat.endpoint = {
        ref,
        rtpCapabilities,
        transports: { send: fakeTransport(this.#next()), receive: fakeTransport(this.#next()) },
        fingerprints: new Map(),
        sources: new Map(),
        consumers: new Map(),
        iceAttempt: 0,
        constraints: undefined,
        withheld: {},
        wanted: new Map(),
      };
      for (const publication of this.#dueTo(seat.endpoint)) this.#consume(seat.endpoint, publication);
    }
    const { transports, consumers } = seat.endpoint;
    for (const consumer of consumers.values()) consumer.started = true;
    this.allocate();
    return structuredClone({
      generation: ref.generation,
      ...transports,
      consumers: [...consumers.values()].map(({ parameters }) => parameters),
    });
  }

  connect(ref: EndpointRef, transport: TransportRole, { fingerprints }: DtlsParameters): void {
    const endpoint = this.#current(ref);
    const key = JSON.stringify(fingerprints);
    const known = endpoint.fingerprints.get(transport);
    if (known !== undefined && known !== key) throw new TreffError('media/transport-failed');
    endpoint.fingerprints.set(transport, key);
  }

  restartIce(ref: EndpointRef, attempt: number): Record<TransportRole, IceParameters> {
    const endpoint = this.#current(ref);
    const { send, receive } = endpoint.transports;
    if (attempt > endpoint.iceAttempt) {
      endpoint.iceAttempt = attempt;
      send.iceParameters = fakeIce(this.#next());
      receive.iceParameters = fakeIce(this.#next());
    }
    return structuredClone({ send: send.iceParameters, receive: receive.iceParameters });
  }

  publish(ref: EndpointRef, publication: FakePublication): void {
    const endpoint = this.#current(ref);
    const { source, kind } = publication;
    const letter = mediaKindOf(kind) === 'audio' ? 'a' : 'v';
    const retired = this.#seat(ref.endpoint).retired.has(source);
    if (retired || ownerOf(source) !== ref.endpoint || source[9] !== letter) {
      throw new TreffError('source/invalid-id', source);
    }
    if (endpoint.sources.has(source)) return;
    const others = [...endpoint.sources.values()];
    if (others.some((other) => other.kind === kind) || others.length >= LIMITS.sourcesPerEndpoint) {
      throw new TreffError('source/too-many', source);
    }
    checkPublication(
      publication,
      others.map(({ rtpParameters }) => rtpParameters),
    );
    endpoint.sources.set(source, { ...publication });
    if (mediaKindOf(kind) === 'video') {
      const layers = publication.rtpParameters.encodings.length;
      const until = Array.from({ length: layers }, () => Infinity);
      const maxHeight = kind === 'camera' ? this.#caps.maxHeight : undefined;
      endpoint.wanted.set(source, { until, told: layers, maxHeight });
    }
    this.allocate();
  }

  unpublish(ref: EndpointRef, source: SourceId): void {
    const seat = this.#seats.get(ref.endpoint);
    if (seat?.endpoint?.ref.generation !== ref.generation || ownerOf(source) !== ref.endpoint) return;
    seat.retired.add(source);
    seat.endpoint.wanted.delete(source);
    if (seat.endpoint.sources.delete(source)) this.#dropEverywhere([source]);
    this.allocate();
  }

  pause(ref: EndpointRef, source: SourceId, paused: boolean): void {
    const publication = this.#current(ref).sources.get(source);
    if (publication === undefined) throw new TreffError('source/unknown', source);
    publication.paused = paused;
    this.allocate();
  }

  start(ref: EndpointRef, consumers: readonly string[]): void {
    for (const consumer of this.#current(ref).consumers.values()) {
      if (consumers.includes(consumer.parameters.id)) consumer.started = true;
    }
  }

  constrain(ref: EndpointRef, constraints: ReceiverConstraints): void {
    this.#current(ref).constraints = constraints;
    this.allocate();
  }

  speak(endpoint: ParticipantId): void {
    this.#speakers = [endpoint, ...this.#speakers.filter((other) => other !== endpoint)];
    this.#emit({ type: 'dominant-speaker', incarnation: this.#incarnation, endpoint });
    this.allocate();
  }

  /** Tells what became different: of what is shown, and of what is wanted, also because time has passed. */
  allocate(): void {
    const endpoints = this.#endpoints();
    const inUse = new Map<SourceId, number>();
    for (const receiver of endpoints) {
      this.#supply(receiver);
      const { layers, withheld } = this.#shownBy(receiver);
      for (const [source, count] of layers) inUse.set(source, Math.max(count, inUse.get(source) ?? 0));
      if (JSON.stringify(withheld) === JSON.stringify(receiver.withheld)) continue;
      receiver.withheld = withheld;
      this.#emit({ type: 'forwarded', ...receiver.ref, withheld: { ...withheld } });
    }
    const now = this.#now();
    for (const { ref, wanted, sources } of endpoints) {
      for (const [source, want] of wanted) {
        const used = inUse.get(source) ?? 0;
        want.until = want.until.map((until, layer) =>
          layer < used ? Infinity : Math.min(until, now + FAKE_KEEP_MS),
        );
        const layers = want.until.findLastIndex((until) => until > now) + 1;
        const maxHeight = sources.get(source)?.kind === 'camera' ? this.#maxHeight : undefined;
        if (layers === want.told && maxHeight === want.maxHeight) continue;
        want.told = layers;
        want.maxHeight = maxHeight;
        this.#emit({ type: 'sender-constraints', ...ref, source, layers, ...heightOf(want) });
      }
    }
  }

  remove(ref: EndpointRef): void {
    const seat = this.#seat(ref.endpoint);
    if (ref.generation < seat.newest) return;
    seat.newest = ref.generation;
    this.#end(seat);
    this.allocate();
  }

  snapshot(): Pick<BridgeSnapshot, 'endpoints'> {
    return structuredClone({
      endpoints: this.#endpoints().map(({ ref, sources, consumers, wanted, withheld }) => ({
        endpoint: ref.endpoint,
        generation: ref.generation,
        sources: [...sources.values()].map(({ source, paused }) => ({
          source,
          paused,
          layers: wanted.get(source)?.told ?? 1,
          ...heightOf(wanted.get(source)),
        })),
        consumers: [...consumers.values()].map(({ parameters }) => parameters),
        withheld,
      })),
    });
  }

  lose(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const seat of this.#seats.values()) seat.endpoint = undefined;
    this.#emit({
      type: 'conference-lost',
      incarnation: this.#incarnation,
      code: 'media/bridge-unavailable',
    });
  }

  loseEndpoint(participant: ParticipantId): void {
    const seat = this.#seat(participant);
    if (seat.endpoint === undefined) return;
    const { ref } = seat.endpoint;
    this.#end(seat);
    this.#emit({ type: 'endpoint-lost', ...ref, code: 'media/bridge-unavailable' });
    this.allocate();
  }

  endpointState(participant: ParticipantId): FakeEndpointState | undefined {
    const endpoint = this.#seats.get(participant)?.endpoint;
    if (endpoint === undefined) return undefined;
    return {
      generation: endpoint.ref.generation,
      connected: [...endpoint.fingerprints.keys()],
      iceAttempt: endpoint.iceAttempt,
      constraints: endpoint.constraints,
      sources: [...endpoint.sources.values()].map(({ source, paused }) => ({ source, paused })),
      receiving: [...endpoint.consumers.values()].map(({ parameters, started }) => ({
        id: parameters.id,
        source: parameters.source,
        started,
      })),
    };
  }

  #consume(
    receiver: FakeEndpoint,
    { source, kind, rtpParameters }: FakePublication,
  ): ConsumerParameters | undefined {
    if (!canDecode(receiver.rtpCapabilities, rtpParameters)) return undefined;
    const index = this.#next();
    const parameters: ConsumerParameters = {
      id: `consumer${index}`,
      source,
      kind,
      rtpParameters: consumerRtpParameters(rtpParameters, index),
    };
    receiver.consumers.set(source, { parameters, started: false, dueAt: this.#now() });
    return parameters;
  }

  /** Consumers come of what is due, and go of pictures that have not been for long. */
  #supply(receiver: FakeEndpoint): void {
    const now = this.#now();
    const due = this.#dueTo(receiver);
    for (const publication of due) {
      const consumer = receiver.consumers.get(publication.source);
      if (consumer !== undefined) {
        consumer.dueAt = now;
        continue;
      }
      const added = this.#consume(receiver, publication);
      if (added === undefined) continue;
      this.#emit({ type: 'consumers-added', ...receiver.ref, consumers: [structuredClone(added)] });
    }
    const old = [...receiver.consumers].filter(([, { dueAt }]) => now - dueAt >= FAKE_SHOWN_MS);
    this.#drop(
      receiver,
      old.map(([source]) => source),
    );
  }

  /** The others' sources of which a receiver is to have consumers: of many pictures those that it shows. */
  #dueTo(receiver: FakeEndpoint): FakePublication[] {
    const isPicture = ({ kind }: FakePublication) => mediaKindOf(kind) === 'video';
    const all = this.#endpoints().flatMap(({ sources }) => [...sources.values()]);
    const others = this.#others(receiver);
    if (all.filter(isPicture).length <= LIMITS.pictures) return others;
    const { layers, withheld } = this.#shownBy(receiver);
    return others.filter(
      (one) => !isPicture(one) || layers.has(one.source) || Object.hasOwn(withheld, one.source),
    );
  }

  #shownBy(receiver: FakeEndpoint): FakeAllocation {
    return fakeAllocation(this.#others(receiver), this.#speakers, receiver.constraints, this.#maxHeight);
  }

  #others(receiver: FakeEndpoint): FakePublication[] {
    return this.#endpoints().flatMap((other) => (other === receiver ? [] : [...other.sources.values()]));
  }

  #endpoints(): FakeEndpoint[] {
    return [...this.#seats.values()].flatMap(({ endpoint }) => endpoint ?? []);
  }

  #end(seat: FakeSeat): void {
    const { endpoint } = seat;
    if (endpoint === undefined) return;
    seat.endpoint = undefined;
    this.#dropEverywhere([...endpoint.sources.keys()]);
  }

  #dropEverywhere(sources: readonly SourceId[]): void {
    for (const endpoint of this.#endpoints()) this.#drop(endpoint, sources);
  }

  #drop(endpoint: FakeEndpoint, sources: readonly SourceId[]): void {
    const consumers = sources.flatMap((source) => {
      const id = endpoint.consumers.get(source)?.parameters.id;
      endpoint.consumers.delete(source);
      return id ?? [];
    });
    if (consumers.length > 0) this.#emit({ type: 'consumers-removed', ...endpoint.ref, consumers });
  }

  #current(ref: EndpointRef): FakeEndpoint {
    const endpoint = this.#seats.get(ref.endpoint)?.endpoint;
    if (endpoint?.ref.generation !== ref.generation) throw stale(ref);
    return endpoint;
  }

  #seat(participant: ParticipantId): FakeSeat {
    const known = this.#seats.get(participant);
    if (known !== undefined) return known;
    const seat: FakeSeat = { newest: 0, retired: new Set(), endpoint: undefined };
    this.#seats.set(participant, seat);
    return seat;
  }

  #next(): number {
    this.#counter += 1;
    return this.#counter;
  }
}

function heightOf({ maxHeight }: { maxHeight?: number | undefined } = {}): { maxHeight?: number } {
  return maxHeight === undefined ? {} : { maxHeight };
}

function stale({ endpoint, generation }: EndpointRef): TreffError {
  return new TreffError('media/stale-generation', `${endpoint} generation ${generation}`);
}
