import type { RtpPacket } from './rtp-packet.ts';
import { sequenceDistance } from './rtp-packet.ts';
import type { ReportBlock } from './rtcp-packet.ts';

/** A gap wider than this is a new beginning, not a loss: nobody keeps so many packets. */
const MAX_GAP = 512;
/** A missing packet is asked for this often, then given up. */
const MAX_ATTEMPTS = 10;
/** Milliseconds between two requests for one packet: more than the way there and back. */
const RETRY_MS = 60;

/** One incoming SSRC: tells new packets from repeated ones, finds what is missing, and keeps the statistics of RFC 3550 appendix A. */
export class RtpReceiver {
  readonly ssrc: number;
  readonly #clockRate: number;
  readonly #nack: boolean;
  /** New packets, retransmitted ones included. */
  packets = 0;
  /** Bytes of their payload. */
  octets = 0;
  duplicates = 0;
  /** Packets that came as a retransmission. */
  recovered = 0;
  /** Missing packets that were asked for. */
  requested = 0;
  /** Missing packets that were given up. */
  lost = 0;
  /** Extended sequence number of the newest packet, -1 before the first. */
  #highest = -1;
  #base = 0;
  #missing = new Map<number, { attempts: number; nextMs: number }>();
  #transit = Number.NaN;
  #jitter = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;
  #senderReport: { middle: number; arrivedMs: number } | undefined;

  constructor(options: { readonly ssrc: number; readonly clockRate: number; readonly nack: boolean }) {
    this.ssrc = options.ssrc;
    this.#clockRate = options.clockRate;
    this.#nack = options.nack;
  }

  /** Milliseconds by which packets come earlier or later than their timestamps say, smoothed (RFC 3550 section 6.4.1). */
  get jitterMs(): number {
    return (this.#jitter * 1_000) / this.#clockRate;
  }

  /** Takes a packet in, unwrapped if it was a retransmission. False if it was there before. */
  receive(packet: RtpPacket, nowMs: number, retransmitted: boolean): boolean {
    if (!this.#count(packet.sequenceNumber, nowMs)) {
      this.duplicates += 1;
      return false;
    }
    this.packets += 1;
    this.octets += packet.payloadLength;
    if (retransmitted) this.recovered += 1;
    else this.#measureJitter(packet.timestamp, nowMs);
    return true;
  }

  /** Packets to be asked for now, in the order of their numbers; none where nobody would send them again. */
  dueRequests(nowMs: number): number[] {
    const due: number[] = [];
    for (const [sequence, state] of this.#missing) {
      if (state.nextMs > nowMs) continue;
      if (state.attempts === MAX_ATTEMPTS) {
        this.#missing.delete(sequence);
        this.lost += 1;
        continue;
      }
      if (state.attempts === 0 && this.#nack) this.requested += 1;
      state.attempts += 1;
      state.nextMs = nowMs + RETRY_MS;
      if (this.#nack) due.push(sequence & 0xffff);
    }
    return due;
  }

  noteSenderReport(ntpSeconds: number, ntpFraction: number, nowMs: number): void {
    this.#senderReport = {
      middle: (((ntpSeconds & 0xffff) << 16) | (ntpFraction >>> 16)) >>> 0,
      arrivedMs: nowMs,
    };
  }

  /** What is to be reported now (RFC 3550 appendix A.3); undefined before the first packet. Each call ends an interval. */
  report(nowMs: number): ReportBlock | undefined {
    if (this.#highest < 0) return undefined;
    const expected = this.#highest - this.#base + 1;
    const interval = expected - this.#expectedBefore;
    const lostInterval = interval - (this.packets - this.#receivedBefore);
    this.#expectedBefore = expected;
    this.#receivedBefore = this.packets;
    const report = this.#senderReport;
    return {
      ssrc: this.ssrc,
      fractionLost:
        interval <= 0 || lostInterval <= 0 ? 0 : Math.min(255, Math.floor((lostInterval * 256) / interval)),
      cumulativeLost: Math.max(-0x80_0000, Math.min(0x7f_ffff, expected - this.packets)),
      highestSequence: this.#highest % 0x1_0000_0000,
      jitter: Math.floor(this.#jitter),
      lastSenderReport: report?.middle ?? 0,
      delaySinceLastSenderReport:
        report === undefined
          ? 0
          : Math.min(0xffff_ffff, Math.floor(((nowMs - report.arrivedMs) * 65_536) / 1_000)),
    };
  }

  /** Whether this number is new; notes what is missing before it. */
  #count(sequence: number, nowMs: number): boolean {
    const distance = this.#highest < 0 ? Number.NaN : sequenceDistance(this.#highest & 0xffff, sequence);
    if (Number.isNaN(distance) || distance > MAX_GAP || distance < -MAX_GAP) {
      this.#begin(sequence);
      return true;
    }
    if (distance <= 0) return this.#missing.delete(this.#highest + distance);
    for (let next = this.#highest + 1; next < this.#highest + distance; next += 1) {
      this.#missing.set(next, { attempts: 0, nextMs: nowMs });
    }
    this.#highest += distance;
    return true;
  }

  #begin(sequence: number): void {
    this.lost += this.#missing.size;
    this.#missing.clear();
    this.#highest = sequence;
    // Everything before counts as received: the interval begins here.
    this.#base = sequence - this.packets;
    this.#expectedBefore = this.packets;
    this.#receivedBefore = this.packets;
    this.#transit = Number.NaN;
  }

  /** RFC 3550 section 6.4.1. */
  #measureJitter(timestamp: number, nowMs: number): void {
    const transit = (nowMs * this.#clockRate) / 1_000 - timestamp;
    const change = Math.abs(transit - this.#transit);
    this.#transit = transit;
    // Beyond a second it is the timestamp that wrapped around or jumped.
    if (change < this.#clockRate) this.#jitter += (change - this.#jitter) / 16;
  }
}
