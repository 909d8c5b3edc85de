import type {
  ConsumerParameters,
  DtlsParameters,
  IceParameters,
  MediaOffer,
  RtpCapabilities,
  RtpParameters,
  TransportRole,
} from '@treff/protocol';
import { AudioSource, type AudioSourceOptions } from './audio-source.ts';
import { sendCodec, withPacketTime, type SendCodec } from './capabilities.ts';
import { LayeredSource } from './layered-source.ts';
import type { MediaSource } from './media-source.ts';
import { NativeTransport } from './native-transport.ts';
import { ReceivedStream } from './received-stream.ts';
import { isRtcp, RtpPacket } from './rtp-packet.ts';
import { parseRtcp, serializeRtcp, type RtcpPacket } from './rtcp-packet.ts';
import { random32, RtpSender } from './rtp-sender.ts';
import { TransportFeedback } from './transport-feedback.ts';
import { VideoSource, type VideoLayer, type VideoSourceOptions } from './video-source.ts';

/** Milliseconds between two looks at what is missing and what arrived: as often as a browser sends feedback. */
const FEEDBACK_MS = 25;
/** Milliseconds between reports. */
const REPORT_MS = 1_000;
/** Packets kept for retransmission: about a second of the tallest layer. */
const VIDEO_HISTORY = 512;
const AUDIO_HISTORY = 64;

export interface NativePeerOptions {
  readonly offer: MediaOffer;
  /** What the bridge can forward. */
  readonly capabilities: RtpCapabilities;
  /** Tells the bridge this end's DTLS parameters. The offer's are not looked at before that is done. */
  readonly connect: (
    transport: TransportRole,
    dtlsParameters: DtlsParameters,
    iceParameters: IceParameters,
  ) => Promise<void>;
  /** Default `udp`. */
  readonly protocol?: 'udp' | 'tcp';
  /** Local address of both transports. */
  readonly bindAddress?: string;
  /** Simulates loss on the way out, before a packet is encrypted. Not asked for RTCP. */
  readonly dropOutgoing?: (ssrc: number, sequenceNumber: number) => boolean;
  /** Simulates loss on the way in: a dropped packet is as if it never came. Not asked for RTCP. */
  readonly dropIncoming?: (packet: RtpPacket) => boolean;
  /** Each new packet of a consumer, retransmitted ones unwrapped. The packet is valid only during the call. */
  readonly onPacket?: (stream: ReceivedStream, packet: RtpPacket) => void;
  /** One of the transports failed. */
  readonly onLost?: (transport: TransportRole) => void;
  /**
   * Calls `tick` with the time of `performance.now()` about every `intervalMs` until the returned function is called. Default: a timer of
   * this peer's own; many peers do better with one for all.
   */
  readonly every?: (intervalMs: number, tick: (nowMs: number) => void) => () => void;
}

/** An endpoint of one generation without a browser: sends synthetic sources, receives what the bridge forwards. */
export class NativePeer {
  /** Packets from the bridge that fit no stream: probes for bandwidth, and consumers that nobody set up. */
  unclaimedPackets = 0;
  /** RTP packets handed to the transport, retransmitted ones included. */
  packetsSent = 0;
  /** Transport-cc feedback that the bridge sent. */
  feedbackReceived = 0;
  readonly #options: NativePeerOptions;
  readonly #cname = `native-${random32().toString(36)}`;
  readonly #send: NativeTransport;
  readonly #receive: NativeTransport;
  readonly #sources = new Set<MediaSource>();
  readonly #senders = new Map<number, { sender: RtpSender; source: MediaSource }>();
  readonly #streams = new Map<string, ReceivedStream>();
  /** By SSRC, media and retransmission alike. */
  readonly #routes = new Map<number, ReceivedStream>();
  readonly #packet = new RtpPacket();
  readonly #feedback = new TransportFeedback();
  readonly #feedbackSsrc = random32();
  #transportCcId = 0;
  #transportSequence = 0;
  #mids = 0;
  #reportDueMs = 0;
  readonly #stopTicking: () => void;
  #closed = false;

  /** Connects both transports and sets up the offer's consumers. Rejects, with nothing left open, if a transport or the bridge does. */
  static async open(options: NativePeerOptions): Promise<NativePeer> {
    const peer = new NativePeer(options);
    await peer.connect();
    return peer;
  }

  /** With everything set up and nothing connected yet: sources may be made before {@link NativePeer.connect}. */
  constructor(options: NativePeerOptions) {
    this.#options = options;
    const common = {
      ...(options.protocol === undefined ? {} : { protocol: options.protocol }),
      ...(options.bindAddress === undefined ? {} : { bindAddress: options.bindAddress }),
    };
    this.#send = new NativeTransport(options.offer.send, {
      ...common,
      onPacket: (packet) => this.#onSendFeedback(packet),
      onLost: () => options.onLost?.('send'),
    });
    try {
      this.#receive = new NativeTransport(options.offer.receive, {
        ...common,
        onPacket: (packet) => this.#onPacket(packet),
        onLost: () => options.onLost?.('receive'),
      });
    } catch (error) {
      this.#send.close();
      throw error;
    }
    for (const consumer of options.offer.consumers) this.consume(consumer);
    this.#stopTicking = (options.every ?? ownTimer)(FEEDBACK_MS, (nowMs) => this.#tick(nowMs));
  }

  /** Connects both transports. Once. Rejects, with nothing left open, if one of them or the bridge does. */
  async connect(): Promise<void> {
    try {
      await Promise.all([this.#connect('send', this.#send), this.#connect('receive', this.#receive)]);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** What is received, by consumer id. */
  get streams(): ReadonlyMap<string, ReceivedStream> {
    return this.#streams;
  }

  /** A new source of sound, still silent. Throws `media/codec-unsupported`. */
  audio(options: Partial<AudioSourceOptions> = {}): AudioSource {
    const codec = sendCodec(this.#options.capabilities, 'audio', this.#cname);
    const { sender, encoding, mid } = this.#sender(codec, this.#nextMid(), AUDIO_HISTORY);
    const parameters = withPacketTime(codec.parameters, options.packetMs ?? 20);
    const source = new AudioSource({ ...parameters, mid, encodings: [encoding] }, sender, options);
    this.#add(source);
    return source;
  }

  /** A new source of simulcast VP8, still dark, its layers in ascending order. Throws `media/codec-unsupported`. */
  video(layers: readonly VideoLayer[], options: Partial<VideoSourceOptions> = {}): VideoSource {
    const codec = sendCodec(this.#options.capabilities, 'video', this.#cname);
    const { framesPerSecond = 30, temporalLayers = 1 } = options;
    const mid = this.#nextMid();
    const made = layers.map((layer) => ({ layer, ...this.#sender(codec, mid, VIDEO_HISTORY) }));
    const rtpParameters: RtpParameters = {
      ...codec.parameters,
      mid,
      encodings: made.map(({ encoding, layer }) => ({
        ...encoding,
        maxBitrate: layer.bitrate,
        // The bridge would take a single encoding with a mode for SVC, which VP8 has not.
        ...(layers.length > 1 ? { scalabilityMode: `L1T${temporalLayers}` } : {}),
      })),
    };
    const source = new VideoSource(rtpParameters, made, { framesPerSecond, temporalLayers });
    this.#add(source);
    return source;
  }

  /** A new source of VP9 in one stream, still dark, its spatial layers in ascending order. Throws `media/codec-unsupported`. */
  layeredVideo(layers: readonly VideoLayer[], framesPerSecond = 30): LayeredSource {
    const codec = sendCodec(this.#options.capabilities, 'video', this.#cname, 'vp9');
    const { sender, encoding, mid } = this.#sender(codec, this.#nextMid(), VIDEO_HISTORY);
    const scalabilityMode = `L${layers.length}T1_KEY`;
    const encodings = [{ ...encoding, scalabilityMode }];
    const source = new LayeredSource(
      { ...codec.parameters, mid, encodings },
      sender,
      layers,
      framesPerSecond,
    );
    this.#add(source);
    return source;
  }

  /** Stops a source and forgets it. Idempotent. */
  removeSource(source: MediaSource): void {
    source.stop();
    this.#sources.delete(source);
    for (const { ssrc } of source.senders) this.#senders.delete(ssrc);
  }

  /** Sets a consumer up; the same one again gives the same stream. Throws `media/invalid-parameters`. */
  consume(consumer: ConsumerParameters): ReceivedStream {
    const known = this.#streams.get(consumer.id);
    if (known !== undefined) return known;
    const stream = new ReceivedStream(consumer, (ssrc) =>
      this.#sendOnReceive([{ type: 'picture-loss', senderSsrc: this.#feedbackSsrc, mediaSsrc: ssrc }]),
    );
    this.#streams.set(consumer.id, stream);
    this.#routes.set(stream.codec.ssrc, stream);
    if (stream.codec.rtx !== undefined) this.#routes.set(stream.codec.rtx.ssrc, stream);
    if (stream.codec.transportCc > 0) this.#transportCcId = stream.codec.transportCc;
    return stream;
  }

  /** Forgets a consumer. Idempotent. */
  unconsume(id: string): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#streams.delete(id);
    this.#routes.delete(stream.codec.ssrc);
    if (stream.codec.rtx !== undefined) this.#routes.delete(stream.codec.rtx.ssrc);
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopTicking();
    for (const source of this.#sources) source.stop();
    this.#send.close();
    this.#receive.close();
  }

  async #connect(role: TransportRole, transport: NativeTransport): Promise<void> {
    await this.#options.connect(role, transport.dtlsParameters, transport.iceParameters);
    await transport.connect();
  }

  #nextMid(): string {
    this.#mids += 1;
    return String(this.#mids);
  }

  #sender(codec: SendCodec, mid: string, history: number) {
    const ssrc = random32();
    const rtx =
      codec.rtxPayloadType === undefined
        ? undefined
        : { ssrc: random32(), payloadType: codec.rtxPayloadType };
    const { dropOutgoing } = this.#options;
    const sender = new RtpSender({
      sink: {
        send: (packet) => {
          this.packetsSent += 1;
          return this.#send.send(packet);
        },
        nextTransportSequence: () => {
          this.#transportSequence = (this.#transportSequence + 1) & 0xffff;
          return this.#transportSequence;
        },
      },
      ssrc,
      payloadType: codec.payloadType,
      clockRate: codec.clockRate,
      mid,
      ...(rtx === undefined ? {} : { rtx }),
      extensions: codec.extensions,
      history,
      ...(dropOutgoing === undefined ? {} : { drop: dropOutgoing }),
    });
    const encoding: RtpParameters['encodings'][number] = {
      ssrc,
      ...(rtx === undefined ? {} : { rtx: { ssrc: rtx.ssrc } }),
    };
    return { sender, encoding, mid };
  }

  #add(source: MediaSource): void {
    this.#sources.add(source);
    for (const sender of source.senders) this.#senders.set(sender.ssrc, { sender, source });
  }

  #onPacket(buffer: Buffer): void {
    const now = performance.now();
    if (isRtcp(buffer)) {
      for (const packet of parseRtcp(buffer)) {
        if (packet.type === 'sender-report') {
          this.#routes
            .get(packet.ssrc)
            ?.receiver.noteSenderReport(packet.ntpSeconds, packet.ntpFraction, now);
        }
      }
      return;
    }
    const packet = this.#packet;
    if (!packet.read(buffer) || this.#options.dropIncoming?.(packet) === true) return;
    if (this.#transportCcId > 0) {
      const sequence = packet.extensionUint16(this.#transportCcId);
      if (sequence >= 0) this.#feedback.note(sequence, now);
    }
    const stream = this.#routes.get(packet.ssrc);
    if (stream === undefined) this.unclaimedPackets += 1;
    else if (stream.receive(packet, now)) this.#options.onPacket?.(stream, packet);
  }

  /** What the bridge says of what this peer sends. */
  #onSendFeedback(buffer: Buffer): void {
    if (!isRtcp(buffer)) return;
    for (const packet of parseRtcp(buffer)) {
      switch (packet.type) {
        case 'nack': {
          const sender = this.#senders.get(packet.mediaSsrc)?.sender;
          for (const sequence of packet.sequences) sender?.retransmit(sequence);
          break;
        }
        case 'picture-loss':
          this.#senders.get(packet.mediaSsrc)?.source.requestKeyFrame(packet.mediaSsrc);
          break;
        case 'full-intra-request':
          for (const ssrc of packet.mediaSsrcs) this.#senders.get(ssrc)?.source.requestKeyFrame(ssrc);
          break;
        case 'transport-cc':
          this.feedbackReceived += 1;
          break;
        case 'sender-report':
        case 'receiver-report':
        case 'source-description':
        case 'bye':
          break;
      }
    }
  }

  #tick(nowMs: number): void {
    const feedback: RtcpPacket[] = [];
    const firstRoute = this.#routes.keys().next().value ?? 0;
    const arrived = this.#feedback.take(this.#feedbackSsrc, firstRoute);
    if (arrived !== undefined) feedback.push(arrived);
    for (const { receiver } of this.#streams.values()) {
      const sequences = receiver.dueRequests(nowMs);
      if (sequences.length > 0) {
        feedback.push({ type: 'nack', senderSsrc: this.#feedbackSsrc, mediaSsrc: receiver.ssrc, sequences });
      }
    }
    this.#sendOnReceive(feedback);
    if (nowMs < this.#reportDueMs) return;
    this.#reportDueMs = nowMs + REPORT_MS;
    this.#report(nowMs);
  }

  #report(nowMs: number): void {
    const reports = [...this.#streams.values()].flatMap(({ receiver }) => receiver.report(nowMs) ?? []);
    // One packet counts up to 31 blocks.
    for (let at = 0; at < reports.length; at += 31) {
      this.#sendOnReceive([
        { type: 'receiver-report', ssrc: this.#feedbackSsrc, reports: reports.slice(at, at + 31) },
        { type: 'source-description', chunks: [{ ssrc: this.#feedbackSsrc, cname: this.#cname }] },
      ]);
    }
    for (const { sender } of this.#senders.values()) {
      const report = sender.senderReport(nowMs);
      if (report === undefined) continue;
      const description = {
        type: 'source-description',
        chunks: [{ ssrc: sender.ssrc, cname: this.#cname }],
      } as const;
      this.#send.send(serializeRtcp([report, description]));
    }
  }

  #sendOnReceive(packets: readonly RtcpPacket[]): void {
    if (packets.length > 0) this.#receive.send(serializeRtcp(packets));
  }
}

function ownTimer(intervalMs: number, tick: (nowMs: number) => void): () => void {
  const timer = setInterval(() => tick(performance.now()), intervalMs);
  return () => clearInterval(timer);
}
