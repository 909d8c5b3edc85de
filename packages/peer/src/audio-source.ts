import { randomBytes } from 'node:crypto';
import type { RtpParameters } from '@treff/protocol';
import { Pace, type MediaSource } from './media-source.ts';
import type { RtpSender } from './rtp-sender.ts';

/** Milliseconds of sound in a packet. */
export type PacketMs = 20 | 40 | 60;

export interface AudioSourceOptions {
  /** Bits per second of payload. */
  readonly bitrate: number;
  readonly packetMs: PacketMs;
}

/** 80 bytes a packet. */
const USUAL: AudioSourceOptions = { bitrate: 32_000, packetMs: 20 };
/** Opus's table of contents (RFC 6716 section 3.1): CELT only, fullband, 20 ms, mono. */
const TABLE_OF_CONTENTS = 31 << 3;

/** Opus packets of noise with an audio level. */
export class AudioSource implements MediaSource {
  readonly kind = 'audio';
  readonly rtpParameters: RtpParameters;
  readonly senders: readonly RtpSender[];
  /** What the audio level extension says: 0 (loudest) to -127 dBov. */
  level = -30;
  readonly #sender: RtpSender;
  readonly #packetMs: PacketMs;
  readonly #pace: Pace;
  readonly #payload: Buffer;
  #frame = -1;
  #silent = true;

  constructor(rtpParameters: RtpParameters, sender: RtpSender, options: Partial<AudioSourceOptions> = {}) {
    const { bitrate, packetMs } = { ...USUAL, ...options };
    this.rtpParameters = rtpParameters;
    this.#packetMs = packetMs;
    this.#pace = new Pace(packetMs, (nowMs) => this.sendFrame(nowMs));
    this.#payload = opusPacket(
      packetMs,
      Math.min(Math.round((bitrate * packetMs) / 8_000), sender.maxPayload),
    );
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
    // Timestamps advance by whole packets; after a pause they catch up with the clock, and the marker begins a talkspurt (RFC 3551 section 4.1).
    this.#frame = Math.max(this.#frame + 1, Math.floor(nowMs / this.#packetMs));
    const timestamp = this.#sender.timestampAt(this.#frame * this.#packetMs);
    this.#sender.send(this.#payload, 0, this.#payload.length, timestamp, this.#silent, this.level);
    this.#silent = false;
  }

  requestKeyFrame(): void {
    // Every frame of Opus can be decoded alone.
  }
}

/** Frames of CELT last 20 ms at most, so longer packets hold two or three of one size (RFC 6716 section 3.2.3 and 3.2.5). At least a byte for each. */
function opusPacket(packetMs: PacketMs, bytes: number): Buffer {
  const header = {
    20: [TABLE_OF_CONTENTS],
    40: [TABLE_OF_CONTENTS | 1],
    60: [TABLE_OF_CONTENTS | 3, 3],
  }[packetMs];
  const frames = packetMs / 20;
  const frameBytes = Math.max(1, Math.floor((bytes - header.length) / frames));
  return Buffer.concat([Buffer.from(header), randomBytes(frames * frameBytes)]);
}
