import { RtpPacket, serializeRtpHeader, type RtpExtension } from './rtp-packet.ts';
import type { RtcpPacket } from './rtcp-packet.ts';

/** Bytes of the largest RTP packet: what fits into an Ethernet frame beside IPv6, UDP, SRTP's tag and some room for tunnels. */
const MAX_PACKET = 1_300;

/** Where a sender's packets go. */
export interface PacketSink {
  send(packet: Buffer): boolean;
  /** The next transport-wide number, 0 to 65535: one count for all streams of a transport. */
  nextTransportSequence(): number;
}

export interface RtpSenderOptions {
  readonly sink: PacketSink;
  readonly ssrc: number;
  readonly payloadType: number;
  readonly clockRate: number;
  readonly mid: string;
  /** Where lost packets are repeated (RFC 4588); without it they are repeated as they were. */
  readonly rtx?: { readonly ssrc: number; readonly payloadType: number };
  /** Ids; 0 leaves one out. */
  readonly extensions: { readonly mid: number; readonly audioLevel: number; readonly transportCc: number };
  /** Packets kept for retransmission: a power of two. 0 keeps none. */
  readonly history: number;
  /** Simulates loss: whether a packet is dropped instead of sent. Retransmissions come with the SSRC and number of their own. */
  readonly drop?: (ssrc: number, sequenceNumber: number) => boolean;
}

/** One outgoing SSRC: numbers its packets, keeps them for a while, sends them again when asked. */
export class RtpSender {
  readonly ssrc: number;
  packets = 0;
  /** Bytes of payload, as sender reports count them. */
  octets = 0;
  retransmissions = 0;
  dropped = 0;
  readonly #options: RtpSenderOptions;
  readonly #timestampBase = random32();
  readonly #header: Buffer;
  readonly #audioLevelOffset: number;
  readonly #transportCcOffset: number;
  readonly #slots: (Buffer | undefined)[];
  readonly #slotLengths: Uint16Array;
  readonly #slotSequences: Int32Array;
  readonly #scratch = Buffer.allocUnsafe(MAX_PACKET + 2);
  readonly #view = new RtpPacket();
  #sequence = random32() & 0x7fff;
  #rtxSequence = random32() & 0x7fff;

  constructor(options: RtpSenderOptions) {
    if ((options.history & (options.history - 1)) !== 0)
      throw new RangeError('history must be a power of two');
    this.#options = options;
    this.ssrc = options.ssrc;
    const { mid, audioLevel, transportCc } = options.extensions;
    const extensions: RtpExtension[] = [];
    if (transportCc > 0) extensions.push({ id: transportCc, value: Buffer.alloc(2) });
    if (audioLevel > 0) extensions.push({ id: audioLevel, value: Buffer.alloc(1) });
    if (mid > 0) extensions.push({ id: mid, value: Buffer.from(options.mid) });
    this.#header = serializeRtpHeader({
      marker: false,
      payloadType: options.payloadType,
      sequenceNumber: 0,
      timestamp: 0,
      ssrc: options.ssrc,
      extensions,
    });
    this.#view.read(this.#header);
    const offsetOf = (id: number) => {
      const value = id === 0 ? undefined : this.#view.extension(id);
      return value === undefined ? 0 : value.byteOffset - this.#header.byteOffset;
    };
    this.#transportCcOffset = offsetOf(transportCc);
    this.#audioLevelOffset = offsetOf(audioLevel);
    this.#slots = Array.from({ length: Math.max(options.history, 1) });
    this.#slotLengths = new Uint16Array(this.#slots.length);
    this.#slotSequences = new Int32Array(this.#slots.length).fill(-1);
  }

  /** Bytes of payload that one packet holds. */
  get maxPayload(): number {
    return MAX_PACKET - this.#header.length;
  }

  /** The RTP clock at a time in milliseconds of `performance.now()`. */
  timestampAt(nowMs: number): number {
    return (this.#timestampBase + Math.floor((nowMs * this.#options.clockRate) / 1_000)) >>> 0;
  }

  /**
   * Sends `length` bytes of `payload` from `offset` on. `level`: the sound's, 0 (loudest) to -127 dBov (RFC 6464). Throws a `RangeError`
   * beyond {@link RtpSender.maxPayload}.
   */
  send(
    payload: Buffer,
    offset: number,
    length: number,
    timestamp: number,
    marker: boolean,
    level = -127,
  ): void {
    if (length > this.maxPayload) throw new RangeError(`payload of ${length} bytes`);
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) & 0xffff;
    const index = sequence & (this.#slots.length - 1);
    const slot = (this.#slots[index] ??= Buffer.allocUnsafe(MAX_PACKET));
    const size = this.#header.length + length;
    this.#header.copy(slot);
    if (marker) slot.writeUInt8(slot.readUInt8(1) | 0x80, 1);
    slot.writeUInt16BE(sequence, 2);
    slot.writeUInt32BE(timestamp, 4);
    // The top bit says "voice".
    if (this.#audioLevelOffset > 0)
      slot.writeUInt8((level > -60 ? 0x80 : 0) | -level, this.#audioLevelOffset);
    payload.copy(slot, this.#header.length, offset, offset + length);
    this.#slotLengths[index] = size;
    this.#slotSequences[index] = this.#options.history === 0 ? -1 : sequence;
    this.packets += 1;
    this.octets += length;
    this.#transmit(slot.subarray(0, size), this.ssrc, sequence);
  }

  /** Sends a packet again; false if it is no longer there. */
  retransmit(sequence: number): boolean {
    const index = sequence & (this.#slots.length - 1);
    const slot = this.#slots[index];
    if (slot === undefined || this.#slotSequences[index] !== sequence) return false;
    this.retransmissions += 1;
    const size = this.#slotLengths[index] ?? 0;
    const { rtx } = this.#options;
    if (rtx === undefined) {
      this.#transmit(slot.subarray(0, size), this.ssrc, sequence);
      return true;
    }
    const head = this.#header.length;
    slot.copy(this.#scratch, 0, 0, head);
    this.#scratch.writeUInt8((slot.readUInt8(1) & 0x80) | rtx.payloadType, 1);
    this.#scratch.writeUInt16BE(this.#rtxSequence, 2);
    this.#scratch.writeUInt32BE(rtx.ssrc, 8);
    this.#scratch.writeUInt16BE(sequence, head);
    slot.copy(this.#scratch, head + 2, head, size);
    const rtxSequence = this.#rtxSequence;
    this.#rtxSequence = (rtxSequence + 1) & 0xffff;
    this.#transmit(this.#scratch.subarray(0, size + 2), rtx.ssrc, rtxSequence);
    return true;
  }

  /** RFC 3550 section 6.4.1; undefined before the first packet. Without these the bridge cannot switch between layers. */
  senderReport(nowMs: number): RtcpPacket | undefined {
    if (this.packets === 0) return undefined;
    const seconds = (performance.timeOrigin + nowMs) / 1_000 + NTP_EPOCH;
    return {
      type: 'sender-report',
      ssrc: this.ssrc,
      ntpSeconds: Math.floor(seconds),
      ntpFraction: Math.floor((seconds % 1) * 0x1_0000_0000),
      rtpTimestamp: this.timestampAt(nowMs),
      packets: this.packets % 0x1_0000_0000,
      octets: this.octets % 0x1_0000_0000,
      reports: [],
    };
  }

  #transmit(packet: Buffer, ssrc: number, sequence: number): void {
    const { sink, drop } = this.#options;
    // A lost packet has a transport-wide number too: so the bridge learns of the loss.
    if (this.#transportCcOffset > 0)
      packet.writeUInt16BE(sink.nextTransportSequence(), this.#transportCcOffset);
    if (drop?.(ssrc, sequence) === true) this.dropped += 1;
    else sink.send(packet);
  }
}

/** Seconds from the beginning of NTP's era to Unix's. */
const NTP_EPOCH = 2_208_988_800;

/** A random SSRC or timestamp (RFC 3550 section 8.1): 1 to 2^32 - 1. */
export function random32(): number {
  return 1 + Math.floor(Math.random() * 0xffff_fffe);
}
