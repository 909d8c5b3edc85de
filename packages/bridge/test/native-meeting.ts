import {
  NativePeer,
  nativeRtpCapabilities,
  openNativeTransports,
  type MediaSource,
  type NativePeerOptions,
  type ReceivedStream,
  type VideoLayer,
  type VideoSource,
} from '@treff/peer';
import {
  incarnation as parseIncarnation,
  makeSourceId,
  participantId,
  TreffError,
  type BridgeEvent,
  type EndpointRef,
  type ReceiverConstraints,
  type SourceId,
  type SourceKind,
} from '@treff/protocol';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  createBridge,
  provideWorker,
  type BridgeOptions,
  type Logger,
  type MediasoupBridge,
} from '../src/index.ts';
import { IDLE_GAUGE } from './idle-gauge.ts';

/** A camera at 720p as a browser would send it. */
const SIMULCAST: readonly VideoLayer[] = [
  { width: 320, height: 180, bitrate: 100_000 },
  { width: 640, height: 360, bitrate: 250_000 },
  { width: 1_280, height: 720, bitrate: 600_000 },
];

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

interface PeerSettings extends Pick<
  NativePeerOptions,
  'protocol' | 'bindAddress' | 'dropOutgoing' | 'dropIncoming' | 'onPacket' | 'onLost'
> {
  /** Whether the bridge estimates what the way to this peer can carry. Default: no, for a busy machine looks like a narrow way. */
  readonly estimate?: boolean;
}

/** Waits for a condition, looking every few milliseconds. Rejects, naming it, after 20 s. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`in vain: ${what}`);
    await delay(5);
  }
}

let provision: ReturnType<typeof provideWorker> | undefined;

/** The media worker of this machine, looked for once a test file. */
export function worker(): ReturnType<typeof provideWorker> {
  provision ??= provideWorker();
  return provision;
}

/** A real bridge with one worker unless told otherwise, one conference open on it, and native peers at its endpoints. */
export class NativeMeeting {
  readonly bridge: MediasoupBridge;
  readonly incarnation = parseIncarnation.parse(randomBytes(16).toString('hex'));
  readonly events: BridgeEvent[] = [];
  readonly #seats = new Set<NativeSeat>();
  readonly #unsubscribe: () => void;
  #endpoints = 0;

  static async open({
    advertise = ['127.0.0.1'],
    ...options
  }: Partial<
    Pick<BridgeOptions, 'advertise' | 'lastN' | 'clock' | 'workers' | 'endpointsPerWorker' | 'gauge'>
  > = {}): Promise<NativeMeeting> {
    const { path } = await worker();
    // Test files of two checkouts may run at the same time.
    const port = 42_000 + (process.pid % 1_000);
    const bridge = await createBridge({
      workerBin: path,
      workers: 1,
      port,
      advertise,
      logger: silent,
      gauge: IDLE_GAUGE,
      ...options,
    });
    const meeting = new NativeMeeting(bridge);
    await bridge.open(meeting.incarnation);
    return meeting;
  }

  private constructor(bridge: MediasoupBridge) {
    this.bridge = bridge;
    this.#unsubscribe = bridge.subscribe((message) => {
      if (!('event' in message)) return;
      this.events.push(message.event);
      for (const seat of this.#seats) seat.onEvent(message.event);
    });
  }

  /** A new endpoint, connected. */
  async join(settings: PeerSettings = {}): Promise<NativeSeat> {
    this.#endpoints += 1;
    const endpoint = participantId.parse(this.#endpoints.toString(16).padStart(8, '0'));
    return this.renew({ incarnation: this.incarnation, endpoint, generation: 0 }, settings);
  }

  /** The next generation of an endpoint, connected. */
  async renew(before: EndpointRef, settings: PeerSettings = {}): Promise<NativeSeat> {
    const ref = { ...before, generation: before.generation + 1 };
    const seat = await NativeSeat.open(this.bridge, ref, settings);
    this.#seats.add(seat);
    for (const event of this.events) seat.onEvent(event);
    return seat;
  }

  /** The newest event of a kind about an endpoint. */
  last<T extends 'forwarded' | 'sender-constraints'>(
    type: T,
    { ref }: NativeSeat,
  ): Extract<BridgeEvent, { type: T }> | undefined {
    return this.events
      .filter((event): event is Extract<BridgeEvent, { type: T }> => event.type === type)
      .findLast((event) => 'endpoint' in event && event.endpoint === ref.endpoint);
  }

  /** Ends everything; rejects if a native transport is left. */
  async close(): Promise<void> {
    for (const seat of this.#seats) seat.peer.close();
    this.#unsubscribe();
    await this.bridge.shutdown();
    const left = openNativeTransports();
    if (left !== 0) throw new Error(`${left} native transports leaked`);
  }
}

/** One generation of an endpoint with its native peer, which sets up every consumer that it is told of. */
export class NativeSeat {
  readonly ref: EndpointRef;
  readonly peer: NativePeer;
  /** What the bridge refused of `start` calls. */
  readonly refusals: unknown[] = [];
  readonly #bridge: MediasoupBridge;
  readonly #sources = new Map<MediaSource, SourceId>();
  #index = 0;

  static async open(bridge: MediasoupBridge, ref: EndpointRef, settings: PeerSettings): Promise<NativeSeat> {
    const { estimate = false, ...others } = settings;
    const offer = await bridge.endpoint(ref, {
      rtpCapabilities: nativeRtpCapabilities(bridge.rtpCapabilities, { estimate }),
    });
    const peer = await NativePeer.open({
      offer,
      capabilities: bridge.rtpCapabilities,
      connect: (transport, dtlsParameters) => bridge.connect(ref, transport, dtlsParameters),
      ...others,
    });
    return new NativeSeat(bridge, ref, peer);
  }

  private constructor(bridge: MediasoupBridge, ref: EndpointRef, peer: NativePeer) {
    this.#bridge = bridge;
    this.ref = ref;
    this.peer = peer;
  }

  onEvent(event: BridgeEvent): void {
    if (event.type !== 'consumers-added' && event.type !== 'consumers-removed') return;
    if (event.endpoint !== this.ref.endpoint || event.generation !== this.ref.generation) return;
    if (event.type === 'consumers-removed') {
      for (const id of event.consumers) this.peer.unconsume(id);
      return;
    }
    for (const consumer of event.consumers) this.peer.consume(consumer);
    this.#bridge
      .start(
        this.ref,
        event.consumers.map(({ id }) => id),
      )
      .catch((error: unknown) => this.refusals.push(error));
  }

  /** Publishes a source of a peer and starts it. */
  async publish(
    source: MediaSource,
    kind: SourceKind,
    { height = 0, paused = false, rtpParameters = source.rtpParameters } = {},
  ): Promise<SourceId> {
    const id = makeSourceId(this.ref.endpoint, kind, this.#index);
    this.#index += 1;
    await this.#bridge.publish(this.ref, {
      source: id,
      kind,
      rtpParameters,
      ...(height > 0 ? { height } : {}),
      paused,
    });
    this.#sources.set(source, id);
    source.start();
    return id;
  }

  publishMicrophone(): Promise<SourceId> {
    return this.publish(this.peer.audio(), 'microphone');
  }

  async publishCamera(
    layers: readonly VideoLayer[] = SIMULCAST,
  ): Promise<{ id: SourceId; source: VideoSource }> {
    const source = this.peer.video(layers, { temporalLayers: 3 });
    const id = await this.publish(source, 'camera', { height: layers.at(-1)?.height ?? 0 });
    return { id, source };
  }

  pause(source: SourceId, paused: boolean): Promise<void> {
    return this.#bridge.pause(this.ref, source, paused);
  }

  constrain(
    maxHeights: ReceiverConstraints['maxHeights'],
    defaultMaxHeight = 0,
    others: Omit<ReceiverConstraints, 'maxHeights' | 'defaultMaxHeight'> = {},
  ): Promise<void> {
    return this.#bridge.constrain(this.ref, { defaultMaxHeight, maxHeights, ...others });
  }

  /** What it receives of a source, or undefined. */
  find(source: SourceId): ReceivedStream | undefined {
    return [...this.peer.streams.values()].find((stream) => stream.consumer.source === source);
  }

  /** Waits until `count` more packets of a source have come. */
  async receive(source: SourceId, count = 5): Promise<ReceivedStream> {
    const before = this.find(source)?.receiver.packets ?? 0;
    await until(`${count} packets of ${source} at ${this.ref.endpoint}`, () => {
      return (this.find(source)?.receiver.packets ?? 0) >= before + count;
    });
    const stream = this.find(source);
    if (stream === undefined) throw new Error(`${source} went`);
    return stream;
  }

  /**
   * Waits until nothing more of `source` comes, measured by packets of another source that keep coming: half a second of sound.
   */
  async silence(source: SourceId, marker: SourceId): Promise<void> {
    const packets = () => this.find(source)?.receiver.packets ?? 0;
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const before = packets();
      await this.receive(marker, 25);
      if (packets() === before) return;
    }
    throw new Error(`${source} does not stop`);
  }
}

/** The code of a refusal; rejects if the promise does not. */
export async function codeOfRefusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof TreffError) return error.code;
    throw error;
  }
  throw new Error('not refused');
}

/** Drops what exceeds a rate in bits per second, after a tenth of a second's worth. */
export function bottleneck(rate: number): NonNullable<NativePeerOptions['dropIncoming']> {
  let credit = rate / 10;
  let before = performance.now();
  return ({ buffer }) => {
    const now = performance.now();
    credit = Math.min(rate / 10, credit + ((now - before) * rate) / 1_000);
    before = now;
    if (credit < buffer.length * 8) return true;
    credit -= buffer.length * 8;
    return false;
  };
}
