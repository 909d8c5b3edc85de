import { randomBytes } from 'node:crypto';
import type { RtpParameters } from '@treff/protocol';
import { Pace, type MediaSource } from './media-source.ts';
import type { RtpSender } from './rtp-sender.ts';

const FRAME_MS = 20;
/** Bits per second unless told otherwise: 80 bytes a frame. */
const BITRATE = 32_000;
/** Opus's table of contents (RFC 6716 section 3.1): CELT only, fullband, 20 ms, mono, one frame. */
const TABLE_OF_CONTENTS = 31 << 3;

/** Opus frames of noise, 20 ms each, with an audio level. */
export class AudioSource implements MediaSource {
  readonly kind = 'audio';
  readonly rtpParameters: RtpParameters;
  readonly senders: readonly RtpSender[];
  /** What the audio level extension says: 0 (loudest) to -127 dBov. */
  level = -30;
  readonly #sender: RtpSender;
  readonly #pace = new Pace(FRAME_MS, (nowMs) => this.sendFrame(nowMs));
  readonly #payload: Buffer;
  #frame = -1;
  #silent = true;

  /** `bitrate`: bits per second of payload. */
  constructor(rtpParameters: RtpParameters, sender: RtpSender, bitrate = BITRATE) {
    this.rtpParameters = rtpParameters;
    const frameBytes = Math.min(Math.max(1, Math.round((bitrate * FRAME_MS) / 8_000)), sender.maxPayload);
    this.#payload = Buffer.concat([Buffer.of(TABLE_OF_CONTENTS), randomBytes(frameBytes - 1)]);
    this.#sender = sender;
    this.senders = [sender];
  }

  start(): void {
    this.#pace.start();
  }

  stop(): void {
    this.#pace.stop();
    this.#silent = true;
  }

  sendFrame(nowMs = performance.now()): void {
    // Timestamps advance by whole frames; after a pause they catch up with the clock, and the marker begins a talkspurt (RFC 3551 section 4.1).
    this.#frame = Math.max(this.#frame + 1, Math.floor(nowMs / FRAME_MS));
    const timestamp = this.#sender.timestampAt(this.#frame * FRAME_MS);
    this.#sender.send(this.#payload, 0, this.#payload.length, timestamp, this.#silent, this.level);
    this.#silent = false;
  }

  requestKeyFrame(): void {
    // Every frame of Opus can be decoded alone.
  }
}
