import type { Device, types } from 'mediasoup-client';
import {
  dtlsParameters,
  mediaKindOf,
  ownerOf,
  publication,
  type AgreedCodecs,
  type CameraCaps,
  type ClientMediaAction,
  type ConsumerParameters,
  type ErrorCode,
  type Generation,
  type MediaInventory,
  type MediaOffer,
  type ReceiverConstraints,
  type ServerMediaAction,
  type SourceId,
  type SourceKind,
  type TransportRole,
  type VideoCodec,
} from '@treff/protocol';
import type { Clock, Log } from '../core/index.ts';
import { healthOf, stateOf } from './bridge-state.ts';
import { tracksOf, type Consuming, type Transports } from './bridge-transports.ts';
import { publishedSize } from './encodings.ts';
import { IceRecovery } from './ice-recovery.ts';
import type { IceServerList } from './ice-server-list.ts';
import { Starts } from './starts.ts';
import { VideoCoding } from './video-coding.ts';
import type { VoicePacketMs } from './voice-packets.ts';
import { toMediasoup } from './mediasoup-types.ts';
import type { MediaPath, OutgoingSource, PathListener, PathState, Withheld } from './path.ts';
import { Producing } from './producing.ts';

export interface BridgePathOptions {
  /** Loaded with the bridge's capabilities. */
  readonly device: Device;
  /** What the browser encodes in layers of one stream. */
  readonly scales: ReadonlySet<VideoCodec>;
  /** What a camera is at most in this conference. */
  readonly cameraCaps?: CameraCaps | undefined;
  /** Whether the message could be handed over. One that could not be is lost; `caughtUp` makes up for it. */
  readonly send: (generation: Generation, action: ClientMediaAction) => boolean;
  /** Stays the caller's, who calls `iceServersChanged` when there are others in it. */
  readonly iceServers: IceServerList;
  readonly clock: Clock;
  readonly log: Log;
  readonly listener: PathListener;
}

/**
 * Milliseconds for which what is received is negotiated before anything is sent: browsers negotiate on one thread, and who joins looks
 * at the others first. In a large room that takes longer, and the others want to see too.
 */
const RECEIVE_FIRST_MS = 300;

/**
 * Media over the bridge. Lives as long as a seat; the transports in it are replaced whenever the server offers another generation.
 */
export class BridgePath implements MediaPath {
  readonly #options: BridgePathOptions;
  readonly #recovery: IceRecovery;
  readonly #coding: VideoCoding;
  readonly #starts: Starts;
  #transports: Transports | undefined;
  #constraints: ReceiverConstraints | undefined;
  #fed = true;
  #receives = true;
  #tracks: ReadonlyMap<SourceId, MediaStreamTrack> = new Map();
  #withheld = NOTHING;
  #state: PathState = 'connected';
  #wasConnected = false;
  #closed = false;

  constructor(options: BridgePathOptions) {
    this.#options = options;
    this.#coding = new VideoCoding(options.device, options.scales, options.cameraCaps);
    this.#starts = new Starts(options.clock, (consumers) => this.#send({ action: 'start', consumers }));
    this.#recovery = new IceRecovery(options.clock, {
      restartIce: () => {
        // The answers come in the order of the requests: what is restarted has the new servers already.
        options.iceServers.refresh();
        return this.#send({ action: 'restart-ice' });
      },
      renew: () => this.#send({ action: 'renew' }),
    });
  }

  get tracks(): ReadonlyMap<SourceId, MediaStreamTrack> {
    return this.#tracks;
  }

  get state(): PathState {
    return this.#state;
  }

  /** Pictures that are shown and that the bridge does not send, and why. Another object with every change. */
  get withheld(): Withheld {
    return this.#withheld;
  }

  /** Of the sources in `tracks`; one that is just being set up has none yet. */
  get receivers(): ReadonlyMap<SourceId, RTCRtpReceiver> {
    const receivers = new Map<SourceId, RTCRtpReceiver>();
    for (const { parameters, consumer } of this.#transports?.consumers.values() ?? [])
      if (consumer?.rtpReceiver !== undefined) receivers.set(parameters.source, consumer.rtpReceiver);
    return receivers;
  }

  /** In what pictures are to be encoded, what is best first. */
  setCodecs(codecs: AgreedCodecs): void {
    if (this.#coding.agree(codecs)) this.#options.listener.formsChanged();
  }

  /** How long packets of speech are, 20 ms at first. */
  setVoicePackets(ms: VoicePacketMs): void {
    if (this.#coding.pack(ms)) this.#options.listener.formsChanged();
  }

  /**
   * Whether media is sent. While it is not, everything stays negotiated and connected, and no RTP flows; sources are published all the same. True at
   * first.
   */
  setFed(fed: boolean): void {
    if (fed === this.#fed) return;
    this.#fed = fed;
    for (const entry of this.#transports?.producers.values() ?? []) {
      entry.setFed(fed).catch((error: unknown) => {
        this.#options.log('warn', 'a track could not be put on or taken off', { error });
      });
    }
  }

  /**
   * Whether what comes is set up at once. Browsers negotiate on one thread: while another way is about to bring the first picture, this one can wait. Once
   * it was true for a generation, that one goes on. True at first.
   */
  setReceives(receives: boolean): void {
    this.#receives = receives;
    if (receives) this.#transports?.reception.resolve();
  }

  /** Asks for a fresh key frame of each of these: what runs and is started again gets one. */
  refresh(sources: ReadonlySet<SourceId>): void {
    const transports = this.#transports;
    if (transports === undefined) return;
    const ready = [...transports.consumers].flatMap(([id, { parameters, consumer }]) =>
      consumer !== undefined && sources.has(parameters.source) ? [id] : [],
    );
    this.#starts.add(ready);
  }

  /** Builds the transports of an offer. What was there before is dead; its tracks stay listed until the new ones are there. */
  accept(offer: MediaOffer): void {
    if (this.#closed) return;
    const renewal = this.#transports !== undefined;
    this.#closeTransports();
    this.#starts.clear();
    this.#recovery.renewed();
    const { device } = this.#options;
    const iceServers = this.#options.iceServers.turnServers;
    const transports: Transports = {
      generation: offer.generation,
      send: device.createSendTransport({ ...toMediasoup.transport(offer.send), iceServers }),
      receive: device.createRecvTransport({ ...toMediasoup.transport(offer.receive), iceServers }),
      announced: new Map(),
      producers: new Map(),
      consumers: new Map(),
      turn: Promise.withResolvers(),
      reception: Promise.withResolvers(),
    };
    this.#transports = transports;
    this.#withheld = NOTHING;
    this.#watch(transports, transports.send, 'send');
    this.#watch(transports, transports.receive, 'receive');
    transports.send.on('produce', ({ rtpParameters, appData }, announced, failed) => {
      this.#announce(transports, rtpParameters, appData, announced, failed);
    });
    if (this.#constraints !== undefined) {
      this.#send({ action: 'constraints', constraints: this.#constraints });
    }
    // What is not received now needs no turn before what is sent.
    transports[this.#receives ? 'reception' : 'turn'].resolve();
    const tooLong = this.#options.clock.after(RECEIVE_FIRST_MS, () => transports.turn.resolve());
    void this.#consume(transports, offer.consumers).then(() => {
      tooLong();
      transports.turn.resolve();
    });
    this.#settle();
    if (renewal) this.#options.listener.renewed();
  }

  /** A media message of the server. One about earlier transports is passed over. */
  handle(generation: Generation, body: ServerMediaAction): void {
    if (body.action === 'offer') {
      if (generation > (this.#transports?.generation ?? 0)) this.accept(body.offer);
      return;
    }
    const transports = this.#transports;
    if (transports === undefined || generation !== transports.generation) return;
    switch (body.action) {
      case 'consumers-added':
        void this.#consume(transports, body.consumers).then((ready) => {
          if (transports === this.#transports) this.#starts.add(ready);
        });
        break;
      case 'consumers-removed':
        for (const id of body.consumers) {
          transports.consumers.get(id)?.consumer?.close();
          transports.consumers.delete(id);
          this.#starts.remove(id);
        }
        this.#settle();
        break;
      case 'source-refused':
        this.#closeProducer(transports, body.source);
        this.#options.listener.refused(body.source, body.code);
        break;
      case 'forwarded':
        this.#withheld = body.withheld;
        this.#options.listener.changed();
        break;
      case 'sender-constraints':
        transports.producers
          .get(body.source)
          ?.want({ layers: body.layers, maxHeight: body.maxHeight ?? Infinity });
        break;
      case 'ice-restarted':
        void this.#restartIce(transports, body);
        break;
      case 'failed':
        this.#options.log('warn', 'the server could not do what the media needs', { code: body.code });
        if (RECOVERABLE.has(body.code)) this.#recovery.refused(body.code === 'media/transport-failed');
        break;
    }
  }

  formOf(kind: SourceKind, track: MediaStreamTrack): string {
    return this.#coding.formOf(kind, track);
  }

  async publish(source: OutgoingSource): Promise<void> {
    const transports = this.#current();
    const { id, kind, track } = source;
    const { codec } = this.#coding.of(kind, track);
    const entry = new Producing(source, this.#coding.encoder(kind, track), this.#options.log);
    transports.producers.set(id, entry);
    try {
      await transports.turn.promise;
      if (transports !== this.#transports || transports.producers.get(id) !== entry)
        throw new Error('the source was given up');
      const producer = await transports.send.produce({
        track,
        // The tracks belong to the devices, and another path may send them too.
        stopTracks: false,
        disableTrackOnPause: false,
        streamId: streamIdOf(id, kind),
        appData: { source: id },
        ...this.#coding.optionsOf(kind, track),
      });
      entry.attach(producer);
      if (transports.producers.get(id) !== entry) producer.close();
      else await entry.setFed(this.#fed);
    } catch (error) {
      if (transports.producers.get(id) === entry) {
        transports.producers.delete(id);
        if (track.readyState === 'live') this.#coding.spoil(codec);
      }
      throw error;
    }
  }

  async replace(source: SourceId, track: MediaStreamTrack | undefined): Promise<void> {
    const entry = this.#current().producers.get(source);
    if (entry?.isReady !== true) throw new Error('this source is not published');
    await entry.replace(track);
  }

  unpublish(source: SourceId): void {
    const transports = this.#transports;
    if (transports?.producers.has(source) !== true) return;
    this.#closeProducer(transports, source);
    this.#send({ action: 'unpublish', source });
  }

  /** What is shown; the latest counts. */
  constrain(constraints: ReceiverConstraints): void {
    this.#constraints = constraints;
    this.#send({ action: 'constraints', constraints });
  }

  /** What there is, for a resume. Undefined before the first offer. */
  inventory(): MediaInventory | undefined {
    const transports = this.#transports;
    if (transports === undefined) return undefined;
    return {
      generation: transports.generation,
      publishing: [...transports.producers].flatMap(([id, { isReady }]) => (isReady ? [id] : [])),
      consuming: [...transports.consumers.keys()],
    };
  }

  /** After a resume: says again what may have been lost with the socket. All of it may be repeated. */
  caughtUp(): void {
    const transports = this.#transports;
    if (transports === undefined) return;
    for (const [role, action] of transports.announced) {
      if (transports[role].connectionState !== 'connected') this.#send(action);
    }
    if (this.#constraints !== undefined) {
      this.#send({ action: 'constraints', constraints: this.#constraints });
    }
    this.#starts.add(
      [...transports.consumers].flatMap(([id, { consumer }]) => (consumer === undefined ? [] : [id])),
    );
    this.#recovery.reachableAnew();
  }

  /** One report of each peer connection, always in the same order. Rejects when the path closes meanwhile. */
  async readStats(): Promise<readonly RTCStatsReport[]> {
    const transports = this.#transports;
    if (transports === undefined) return [];
    return Promise.all([transports.send.getStats(), transports.receive.getStats()]);
  }

  /** The machine may be in another network now. */
  networkChanged(): void {
    if (this.#transports !== undefined && this.#carrying(this.#transports).length > 0)
      this.#recovery.networkChanged();
  }

  /** The next ICE restart will use the servers that are in the list now. */
  iceServersChanged(): void {
    const transports = this.#transports;
    if (transports === undefined) return;
    const iceServers = this.#options.iceServers.turnServers;
    for (const transport of [transports.send, transports.receive]) {
      transport.updateIceServers({ iceServers }).catch((error: unknown) => {
        if (transports === this.#transports)
          this.#options.log('warn', 'TURN servers cannot be replaced', { error });
      });
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#recovery.close();
    this.#starts.close();
    this.#closeTransports();
    this.#transports = undefined;
    this.#tracks = new Map();
  }

  #current(): Transports {
    if (this.#transports === undefined) throw new Error('there are no transports');
    return this.#transports;
  }

  #send(action: ClientMediaAction): boolean {
    return this.#transports !== undefined && this.#options.send(this.#transports.generation, action);
  }

  #watch(transports: Transports, transport: types.Transport, role: TransportRole): void {
    transport.on('connect', ({ dtlsParameters: given }, announced, failed) => {
      const parameters = dtlsParameters.safeParse(given);
      if (!parameters.success) {
        failed(new Error('DTLS parameters that the protocol does not know'));
        return;
      }
      const action: ClientMediaAction = {
        action: 'connect',
        transport: role,
        dtlsParameters: parameters.data,
      };
      transports.announced.set(role, action);
      if (transports === this.#transports) this.#send(action);
      // Not waiting for the bridge saves a round trip; if the message gets lost `caughtUp` repeats it.
      announced();
    });
    transport.on('connectionstatechange', () => {
      if (transports === this.#transports) this.#settle();
    });
  }

  #announce(
    transports: Transports,
    rtpParameters: types.RtpParameters,
    appData: types.AppData,
    announced: (answer: { id: string }) => void,
    failed: (error: Error) => void,
  ): void {
    const source = [...transports.producers.values()].find(
      (each) => each.source.id === appData['source'],
    )?.source;
    if (source === undefined || transports !== this.#transports) {
      failed(new Error('the source was given up'));
      return;
    }
    const { id, kind, track, replaces } = source;
    const size =
      mediaKindOf(kind) === 'video' ? publishedSize(kind, track, this.#options.cameraCaps ?? {}) : {};
    const parsed = publication.safeParse({
      source: id,
      kind,
      rtpParameters,
      muted: source.muted(),
      ...size,
      replaces,
    });
    if (!parsed.success) {
      failed(new Error('RTP parameters that the protocol does not know', { cause: parsed.error }));
      return;
    }
    this.#send({ action: 'publish', publication: parsed.data });
    if (replaces !== undefined) this.#closeProducer(transports, replaces);
    announced({ id });
  }

  /** Sets consumers up, all in one negotiation. Resolves with the ids of those that are. */
  async #consume(transports: Transports, added: readonly ConsumerParameters[]): Promise<string[]> {
    const results = await Promise.all(
      added
        .filter(({ id }) => !transports.consumers.has(id))
        .map((parameters) => this.#consumeOne(transports, parameters)),
    );
    this.#settle();
    return results.flatMap((id) => (id === undefined ? [] : [id]));
  }

  async #consumeOne(transports: Transports, parameters: ConsumerParameters): Promise<string | undefined> {
    const { id, source, kind, rtpParameters } = parameters;
    const entry: Consuming = { parameters, consumer: undefined };
    transports.consumers.set(id, entry);
    await transports.reception.promise;
    if (transports.consumers.get(id) !== entry) return undefined;
    try {
      const consumer = await transports.receive.consume({
        id,
        producerId: source,
        kind: mediaKindOf(kind),
        rtpParameters: toMediasoup.rtpParameters(rtpParameters),
        streamId: streamIdOf(source, kind),
      });
      if (transports.consumers.get(id) !== entry) {
        consumer.close();
        return undefined;
      }
      entry.consumer = consumer;
      return id;
    } catch (error) {
      if (transports.consumers.get(id) === entry) transports.consumers.delete(id);
      if (transports === this.#transports)
        this.#options.log('warn', 'a source cannot be received', { source, error });
      return undefined;
    }
  }

  async #restartIce(
    transports: Transports,
    { send, receive }: Extract<ServerMediaAction, { action: 'ice-restarted' }>,
  ): Promise<void> {
    try {
      await Promise.all([
        transports.send.restartIce({ iceParameters: toMediasoup.iceParameters(send) }),
        transports.receive.restartIce({ iceParameters: toMediasoup.iceParameters(receive) }),
      ]);
    } catch (error) {
      if (transports !== this.#transports) return;
      this.#options.log('warn', 'ICE could not be restarted', { error });
      this.#recovery.refused(true);
    }
  }

  #closeProducer(transports: Transports, source: SourceId): void {
    transports.producers.get(source)?.close();
    transports.producers.delete(source);
  }

  #closeTransports(): void {
    this.#transports?.send.close();
    this.#transports?.receive.close();
    // With their transport, so that nothing is negotiated for it.
    for (const entry of this.#transports?.producers.values() ?? []) entry.close();
  }

  /** Transports that were told to connect. The others have nothing to carry yet. */
  #carrying(transports: Transports): types.Transport[] {
    return [...transports.announced.keys()].map((role) => transports[role]);
  }

  /** Brings `tracks`, `state` and the recovery to what is. */
  #settle(): void {
    const transports = this.#transports;
    if (transports === undefined) return;
    const health = healthOf(this.#carrying(transports).map((transport) => transport.connectionState));
    this.#recovery.update(health);
    if (health === 'good' && transports.announced.size > 0) this.#wasConnected = true;
    const state = stateOf(health, this.#wasConnected, this.#state);
    const tracks = tracksOf(transports, this.#tracks);
    if (state === this.#state && tracks === this.#tracks) return;
    this.#state = state;
    this.#tracks = tracks;
    this.#options.listener.changed();
  }
}

/** What another attempt, in time, may mend. */
const RECOVERABLE: ReadonlySet<ErrorCode> = new Set([
  'media/bridge-unavailable',
  'media/transport-failed',
  'server/internal',
]);

const NOTHING: Withheld = {};

/** Sources of one stream are played in step: a camera with its microphone, a screen with its sound. */
function streamIdOf(source: SourceId, kind: SourceKind): string {
  return `${ownerOf(source)}-${kind === 'screen' || kind === 'screenAudio' ? 'screen' : 'person'}`;
}
