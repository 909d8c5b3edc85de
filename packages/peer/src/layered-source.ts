import { randomBytes } from 'node:crypto';
import type { RtpParameters } from '@treff/protocol';
import { Pace, type MediaSource } from './media-source.ts';
import { random32, type RtpSender } from './rtp-sender.ts';
import type { VideoLayer } from './video-source.ts';
import { VP9_DESCRIPTOR, writeVp9Descriptor } from './vp9.ts';

/** Bytes of one packet's payload behind the descriptor. */
const CHUNK = 1_100;
/** A key picture is so much larger than others. */
const KEY_FRAME_FACTOR = 3;
const NOISE = randomBytes(CHUNK);

/**
 * VP9 of noise in one stream with spatial layers that lean on each other in key pictures alone (K-SVC): real descriptors, so that a bridge can forward, switch and thin
 * it out; nothing that a decoder could show. Layers are in ascending order.
 */
export class LayeredSource implements MediaSource {
  readonly kind = 'video';
  readonly rtpParameters: RtpParameters;
  readonly senders: readonly RtpSender[];
  keyFrameRequests = 0;
  readonly #sender: RtpSender;
  readonly #frameBytes: readonly number[];
  readonly #pace: Pace;
  readonly #payload = Buffer.alloc(VP9_DESCRIPTOR + CHUNK);
  #keyFrameDue = true;
  #pictureId = random32() & 0x3fff;
  #tl0PictureIndex = random32() & 0xff;

  constructor(
    rtpParameters: RtpParameters,
    sender: RtpSender,
    layers: readonly VideoLayer[],
    framesPerSecond: number,
  ) {
    this.rtpParameters = rtpParameters;
    this.senders = [sender];
    this.#sender = sender;
    this.#frameBytes = layers.map(({ bitrate }) => Math.ceil(bitrate / 8 / framesPerSecond));
    this.#pace = new Pace(1_000 / framesPerSecond, (nowMs) => this.sendFrame(nowMs));
  }

  start(): void {
    this.#pace.start();
  }

  stop(): void {
    this.#pace.stop();
  }

  sendFrame(nowMs = performance.now()): void {
    const key = this.#keyFrameDue;
    this.#keyFrameDue = false;
    this.#pictureId = (this.#pictureId + 1) & 0x7fff;
    this.#tl0PictureIndex = (this.#tl0PictureIndex + 1) & 0xff;
    const timestamp = this.#sender.timestampAt(nowMs);
    for (const [layer, usual] of this.#frameBytes.entries()) {
      const bytes = usual * (key ? KEY_FRAME_FACTOR : 1);
      const isTop = layer === this.#frameBytes.length - 1;
      for (let sent = 0; sent < bytes;) {
        const size = Math.min(CHUNK, bytes - sent);
        const end = sent + size === bytes;
        const length = writeVp9Descriptor(this.#payload, 0, {
          predicted: !key,
          start: sent === 0,
          end,
          pictureId: this.#pictureId,
          spatialLayer: layer,
          temporalLayer: 0,
          switchingUp: true,
          interLayer: key && layer > 0,
          tl0PictureIndex: this.#tl0PictureIndex,
        });
        NOISE.copy(this.#payload, length, 0, size);
        sent += size;
        this.#sender.send(this.#payload, 0, length + size, timestamp, end && isTop);
      }
    }
  }

  requestKeyFrame(ssrc: number): void {
    if (ssrc !== this.#sender.ssrc) return;
    this.keyFrameRequests += 1;
    this.#keyFrameDue = true;
  }
}
