import {
  type Bridge,
  type BridgeEvent,
  type BridgeMessage,
  type BridgeSignal,
  type CameraCaps,
  type EndpointRef,
  type ErrorCode,
  type Incarnation,
  type LoadLevel,
  type ParticipantId,
  type ReceiverConstraints,
  type SourceId,
  type TransportRole,
  TreffError,
} from '@treff/protocol';
import { FakeRoom } from './fake-room.ts';
import { FAKE_CAPABILITIES } from './fake-rtp.ts';

/** The calls of a {@link Bridge} that can fail. */
export type BridgeCall = Exclude<keyof Bridge, 'rtpCapabilities' | 'subscribe' | 'shutdown'>;

/** What the fake knows of an endpoint beyond its snapshot: for tests to look at. */
export interface FakeEndpointState {
  readonly generation: number;
  readonly connected: readonly TransportRole[];
  readonly iceAttempt: number;
  readonly constraints: ReceiverConstraints | undefined;
  readonly sources: readonly { readonly source: SourceId; readonly paused: boolean }[];
  readonly receiving: readonly {
    readonly id: string;
    readonly source: SourceId;
    readonly started: boolean;
  }[];
}

/** Lines of a camera at most. */
const LOAD_HEIGHTS: Readonly<Record<LoadLevel, number>> = {
  normal: Infinity,
  busy: 480,
  overloaded: 360,
  full: 180,
};

/**
 * A bridge without media: everything happens at once, in memory, and always the same. It holds the contract of {@link Bridge};
 * who speaks, what breaks and what fails is told to it by the test.
 */
export class FakeBridge implements Bridge {
  readonly rtpCapabilities = FAKE_CAPABILITIES;
  /** Every call in order of arrival, failed ones included. */
  readonly calls: { readonly call: BridgeCall; readonly args: readonly unknown[] }[] = [];
  readonly #rooms = new Map<Incarnation, FakeRoom>();
  readonly #ended = new Set<Incarnation>();
  readonly #listeners = new Set<(message: BridgeMessage) => void>();
  readonly #failures: { call: BridgeCall; code: ErrorCode; times: number }[] = [];
  #seq = 0;
  #now = 0;
  #stopping = false;

  // --- What a test makes happen -----------------------------------------------------------------

  /** The next `times` calls of this kind (1 if not given) are refused with `code` and change nothing. */
  fail(call: BridgeCall, code: ErrorCode, times = 1): void {
    this.#failures.push({ call, code, times });
  }

  /** Somebody dominates from now on. */
  speak(incarnation: Incarnation, endpoint: ParticipantId): void {
    this.#rooms.get(incarnation)?.speak(endpoint);
  }

  /** Milliseconds go by. What nobody receives is no longer wanted of its sender after 10 s. */
  passTime(ms: number): void {
    this.#now += ms;
    for (const room of this.#rooms.values()) room.allocate();
  }

  /** How loud they are, dBov; who is left out is silent. */
  hear(incarnation: Incarnation, levels: Readonly<Record<ParticipantId, number>>): void {
    this.#signal({ type: 'audio-levels', incarnation, levels });
  }

  transportState(
    ref: EndpointRef,
    transport: TransportRole,
    state: 'connected' | 'disconnected' | 'failed',
  ): void {
    this.#emit({ type: 'transport-state', ...ref, transport, state });
  }

  /** The worker of these conferences dies; of all that are open if none is named. */
  lose(...incarnations: readonly Incarnation[]): void {
    for (const incarnation of incarnations.length > 0 ? incarnations : [...this.#rooms.keys()]) {
      this.#rooms.get(incarnation)?.lose();
    }
  }

  /** The worker of one endpoint dies, and that of the others does not. */
  loseEndpoint(incarnation: Incarnation, endpoint: ParticipantId): void {
    this.#rooms.get(incarnation)?.loseEndpoint(endpoint);
  }

  /** So much has the bridge to do. Cameras are as small as that makes them. */
  load(level: LoadLevel): void {
    for (const room of this.#rooms.values()) room.limit(LOAD_HEIGHTS[level]);
    this.#signal({ type: 'load', load: { normal: 0, busy: 0.6, overloaded: 0.8, full: 0.9 }[level], level });
  }

  /** An event is numbered, but nobody is told of it: the next one shows a gap. */
  skipEvent(): void {
    this.#seq += 1;
  }

  /** Incarnations that are open now. */
  get openConferences(): readonly Incarnation[] {
    return [...this.#rooms].filter(([, room]) => room.isOpen).map(([incarnation]) => incarnation);
  }

  /** `undefined` when the endpoint has nothing here. */
  endpointState(incarnation: Incarnation, endpoint: ParticipantId): FakeEndpointState | undefined {
    return this.#rooms.get(incarnation)?.endpointState(endpoint);
  }

  /** How many listen to events: a test that closes everything expects 0. */
  get listenerCount(): number {
    return this.#listeners.size;
  }

  // --- The boundary -----------------------------------------------------------------------------

  async open(incarnation: Incarnation, caps: CameraCaps = {}): Promise<void> {
    this.#arrive('open', incarnation, caps);
    if (this.#stopping) throw new TreffError('media/bridge-unavailable');
    if (this.#ended.has(incarnation)) throw new TreffError('media/stale-generation', 'incarnation ended');
    const room =
      this.#rooms.get(incarnation) ??
      new FakeRoom(
        incarnation,
        caps,
        (event) => this.#emit(event),
        () => this.#now,
      );
    this.#rooms.set(incarnation, room);
    room.open();
  }

  async endpoint(
    ...[ref, { rtpCapabilities }]: Parameters<Bridge['endpoint']>
  ): ReturnType<Bridge['endpoint']> {
    this.#arrive('endpoint', ref, { rtpCapabilities });
    return this.#room(ref.incarnation).endpoint(ref, rtpCapabilities);
  }

  async connect(...[ref, transport, dtlsParameters]: Parameters<Bridge['connect']>): Promise<void> {
    this.#arrive('connect', ref, transport, dtlsParameters);
    this.#room(ref.incarnation).connect(ref, transport, dtlsParameters);
  }

  async restartIce(...[ref, attempt]: Parameters<Bridge['restartIce']>): ReturnType<Bridge['restartIce']> {
    this.#arrive('restartIce', ref, attempt);
    return this.#room(ref.incarnation).restartIce(ref, attempt);
  }

  async publish(...[ref, publication]: Parameters<Bridge['publish']>): Promise<void> {
    this.#arrive('publish', ref, publication);
    this.#room(ref.incarnation).publish(ref, publication);
  }

  async unpublish(...[ref, source]: Parameters<Bridge['unpublish']>): Promise<void> {
    this.#arrive('unpublish', ref, source);
    this.#rooms.get(ref.incarnation)?.unpublish(ref, source);
  }

  async pause(...[ref, source, paused]: Parameters<Bridge['pause']>): Promise<void> {
    this.#arrive('pause', ref, source, paused);
    this.#room(ref.incarnation).pause(ref, source, paused);
  }

  async start(...[ref, consumers]: Parameters<Bridge['start']>): Promise<void> {
    this.#arrive('start', ref, consumers);
    this.#room(ref.incarnation).start(ref, consumers);
  }

  async constrain(...[ref, constraints]: Parameters<Bridge['constrain']>): Promise<void> {
    this.#arrive('constrain', ref, constraints);
    this.#room(ref.incarnation).constrain(ref, constraints);
  }

  async remove(ref: EndpointRef): Promise<void> {
    this.#arrive('remove', ref);
    this.#rooms.get(ref.incarnation)?.remove(ref);
  }

  async close(incarnation: Incarnation): Promise<void> {
    this.#arrive('close', incarnation);
    this.#ended.add(incarnation);
    this.#rooms.delete(incarnation);
  }

  async snapshot(incarnation: Incarnation): ReturnType<Bridge['snapshot']> {
    this.#arrive('snapshot', incarnation);
    return { ...this.#room(incarnation).snapshot(), incarnation, seq: this.#seq };
  }

  subscribe(listener: (message: BridgeMessage) => void): () => void {
    const subscription = (message: BridgeMessage): void => listener(message);
    this.#listeners.add(subscription);
    return () => this.#listeners.delete(subscription);
  }

  async shutdown(): Promise<void> {
    this.#stopping = true;
    for (const incarnation of this.#rooms.keys()) this.#ended.add(incarnation);
    this.#rooms.clear();
  }

  #arrive(call: BridgeCall, ...args: readonly unknown[]): void {
    this.calls.push({ call, args: structuredClone(args) });
    const failure = this.#failures.find((planned) => planned.call === call && planned.times > 0);
    if (failure === undefined) return;
    failure.times -= 1;
    throw new TreffError(failure.code, 'as the test wants it');
  }

  #room(incarnation: Incarnation): FakeRoom {
    const room = this.#rooms.get(incarnation);
    if (room?.isOpen !== true) throw new TreffError('media/stale-generation', 'conference not open');
    return room;
  }

  #emit(event: BridgeEvent): void {
    this.#seq += 1;
    this.#send({ seq: this.#seq, event });
  }

  #signal(signal: BridgeSignal): void {
    this.#send({ signal });
  }

  #send(message: BridgeMessage): void {
    for (const listener of this.#listeners) listener(message);
  }
}
