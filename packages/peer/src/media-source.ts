import type { RtpParameters } from '@treff/protocol';
import type { RtpSender } from './rtp-sender.ts';

/** What a native peer sends under one source id: synthetic frames, at a steady pace or one by one. */
export interface MediaSource {
  readonly kind: 'audio' | 'video';
  /** For the publication. */
  readonly rtpParameters: RtpParameters;
  readonly senders: readonly RtpSender[];
  /** Sends frames at the source's pace until {@link MediaSource.stop}. */
  start(): void;
  /** Idempotent. */
  stop(): void;
  /** Sends one frame now. `nowMs`: of `performance.now()`. */
  sendFrame(nowMs?: number): void;
  /** The bridge asks for a key frame of one SSRC. */
  requestKeyFrame(ssrc: number): void;
}

/** Calls back at a steady pace, making up for late timers so that the average holds. */
export class Pace {
  readonly #intervalMs: number;
  readonly #frame: (nowMs: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #dueMs = 0;

  constructor(intervalMs: number, frame: (nowMs: number) => void) {
    this.#intervalMs = intervalMs;
    this.#frame = frame;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#dueMs = performance.now();
    this.#tick();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const now = performance.now();
    // A process that stood still does not send everything that it missed.
    this.#dueMs = Math.max(this.#dueMs + this.#intervalMs, now - 4 * this.#intervalMs);
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, this.#dueMs - now));
    this.#frame(now);
  }
}
