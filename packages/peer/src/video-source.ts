import { randomBytes } from 'node:crypto';
import type { RtpParameters } from '@treff/protocol';
import { Pace, type MediaSource } from './media-source.ts';
import { random32, type RtpSender } from './rtp-sender.ts';
import {
  KEY_FRAME_HEADER,
  VP8_DESCRIPTOR_MAX,
  writeVp8Descriptor,
  writeVp8FrameHeader,
  type PictureSize,
} from './vp8.ts';

export interface VideoLayer extends PictureSize {
  /** Bits per second. */
  readonly bitrate: number;
}

/** Temporal layers of successive frames, for one, two and three of them, as browsers send them. */
const TEMPORAL_PATTERNS = { 1: [0], 2: [0, 1], 3: [0, 2, 1, 2] } as const;

export interface VideoSourceOptions {
  readonly framesPerSecond: number;
  readonly temporalLayers: keyof typeof TEMPORAL_PATTERNS;
}

/** Bytes of one packet's payload behind the descriptor. */
const CHUNK = 1_100;
/** A key frame is so much larger than others. */
const KEY_FRAME_FACTOR = 3;
const NOISE = randomBytes(CHUNK);

/**
 * VP8 simulcast of noise: real descriptors and key frame headers, so that a bridge can forward, switch and thin it out; nothing that a
 * decoder could show. Layers are in ascending order.
 */
export class VideoSource implements MediaSource {
  readonly kind = 'video';
  readonly rtpParameters: RtpParameters;
  readonly senders: readonly RtpSender[];
  readonly #layers: readonly Encoder[];
  readonly #pace: Pace;

  constructor(
    rtpParameters: RtpParameters,
    layers: readonly { readonly layer: VideoLayer; readonly sender: RtpSender }[],
    options: VideoSourceOptions,
  ) {
    this.rtpParameters = rtpParameters;
    this.senders = layers.map(({ sender }) => sender);
    this.#layers = layers.map(({ layer, sender }) => new Encoder(layer, sender, options));
    this.#pace = new Pace(1_000 / options.framesPerSecond, (nowMs) => this.sendFrame(nowMs));
  }

  /** How often the bridge asked for a key frame, layer by layer. */
  get keyFrameRequests(): readonly number[] {
    return this.#layers.map((layer) => layer.requests);
  }

  start(): void {
    this.#pace.start();
  }

  stop(): void {
    this.#pace.stop();
  }

  sendFrame(nowMs = performance.now()): void {
    for (const layer of this.#layers) layer.sendFrame(nowMs);
  }

  requestKeyFrame(ssrc: number): void {
    for (const layer of this.#layers) if (layer.ssrc === ssrc) layer.requestKeyFrame();
  }
}

class Encoder {
  requests = 0;
  readonly #sender: RtpSender;
  readonly #size: PictureSize;
  readonly #frameBytes: number;
  readonly #pattern: readonly number[];
  readonly #payload = Buffer.alloc(VP8_DESCRIPTOR_MAX + KEY_FRAME_HEADER + CHUNK);
  #keyFrameDue = true;
  #frame = 0;
  #pictureId = random32() & 0x3fff;
  #tl0PictureIndex = random32() & 0xff;

  constructor(layer: VideoLayer, sender: RtpSender, options: VideoSourceOptions) {
    this.#sender = sender;
    this.#size = { width: layer.width, height: layer.height };
    this.#frameBytes = Math.max(KEY_FRAME_HEADER, Math.round(layer.bitrate / 8 / options.framesPerSecond));
    this.#pattern = TEMPORAL_PATTERNS[options.temporalLayers];
  }

  get ssrc(): number {
    return this.#sender.ssrc;
  }

  requestKeyFrame(): void {
    this.requests += 1;
    this.#keyFrameDue = true;
  }

  sendFrame(nowMs: number): void {
    const key = this.#keyFrameDue;
    this.#keyFrameDue = false;
    // A key frame begins the pattern anew.
    if (key) this.#frame = 0;
    const at = this.#frame % this.#pattern.length;
    const temporalLayer = { id: this.#pattern[at] ?? 0, layerSync: at === 1 || this.#pattern[at] === 1 };
    this.#frame += 1;
    this.#pictureId = (this.#pictureId + 1) & 0x7fff;
    if (temporalLayer.id === 0) this.#tl0PictureIndex = (this.#tl0PictureIndex + 1) & 0xff;

    const frameBytes = this.#frameBytes * (key ? KEY_FRAME_FACTOR : 1);
    const timestamp = this.#sender.timestampAt(nowMs);
    for (let sent = 0; sent < frameBytes;) {
      const start = sent === 0;
      let length = writeVp8Descriptor(this.#payload, 0, {
        start,
        pictureId: this.#pictureId,
        tl0PictureIndex: this.#tl0PictureIndex,
        temporalLayer,
      });
      const size = Math.min(CHUNK, frameBytes - sent);
      NOISE.copy(this.#payload, length, 0, size);
      if (start) {
        writeVp8FrameHeader(this.#payload, length, {
          keySize: key ? this.#size : undefined,
          partition: frameBytes >> 1,
        });
      }
      length += size;
      sent += size;
      this.#sender.send(this.#payload, 0, length, timestamp, sent === frameBytes);
    }
  }
}
