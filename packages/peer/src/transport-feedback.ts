import type { TransportFeedbackPacket } from './transport-feedback-packet.ts';
import { sequenceDistance } from './rtp-packet.ts';

/** Ticks of 250 µs: what deltas count in. */
const TICKS_PER_MS = 4;
/** Reference times count 64 ms. */
const TICKS_PER_REFERENCE = 256;
/** Packets that one feedback tells of: at most so many come between two of them. */
const MAX_SPAN = 4_096;

/** Notes when packets of a transport arrive, for the sender's bandwidth estimate (draft-holmer-rmcat-transport-wide-cc-extensions-01). */
export class TransportFeedback {
  #sequences: number[] = [];
  #ticks: number[] = [];
  /** Number after the newest one that was told of, -1 before the first. */
  #next = -1;
  #count = 0;

  note(sequence: number, nowMs: number): void {
    if (this.#sequences.length >= MAX_SPAN) return;
    this.#sequences.push(sequence);
    this.#ticks.push(Math.round(nowMs * TICKS_PER_MS));
  }

  /** What came since the last time, or undefined if nothing did. */
  take(senderSsrc: number, mediaSsrc: number): TransportFeedbackPacket | undefined {
    const first = this.#sequences[0];
    if (first === undefined) return undefined;
    const start = this.#next < 0 ? first : this.#next;
    let low = 0;
    let high = 0;
    for (const sequence of this.#sequences) {
      const distance = sequenceDistance(start, sequence);
      low = Math.min(low, distance);
      high = Math.max(high, distance);
    }
    low = Math.max(low, high - MAX_SPAN + 1);
    const arrivals: (number | undefined)[] = Array.from({ length: high - low + 1 });
    for (const [index, sequence] of this.#sequences.entries()) {
      const at = sequenceDistance(start, sequence) - low;
      if (at >= 0) arrivals[at] = this.#ticks[index];
    }
    const begin = arrivals.find((tick) => tick !== undefined) ?? 0;
    const reference = Math.floor(begin / TICKS_PER_REFERENCE);
    let before = reference * TICKS_PER_REFERENCE;
    const deltas = arrivals.map((tick) => {
      if (tick === undefined) return undefined;
      const delta = Math.max(-0x8000, Math.min(0x7fff, tick - before));
      before += delta;
      return delta;
    });
    this.#sequences = [];
    this.#ticks = [];
    this.#next = (start + high + 1) & 0xffff;
    const feedbackCount = this.#count;
    this.#count = (feedbackCount + 1) & 0xff;
    return {
      type: 'transport-cc',
      senderSsrc,
      mediaSsrc,
      baseSequence: (start + low) & 0xffff,
      // 24 bits, signed.
      referenceTime: (reference << 8) >> 8,
      feedbackCount,
      deltas,
    };
  }
}
