/** Bytes of an RTP header without contributing sources or extensions (RFC 3550 section 5.1). */
const FIXED_HEADER = 12;
const ONE_BYTE_PROFILE = 0xbede;
const TWO_BYTE_PROFILE = 0x1000;

/** Whether a packet that came over a multiplexed transport is RTCP (RFC 5761 section 4). */
export function isRtcp(buffer: Buffer): boolean {
  const type = buffer.length >= 2 ? buffer.readUInt8(1) : 0;
  return type >= 192 && type <= 223;
}

/** How far `to` is ahead of `from`, both modulo 2^16: -32768 to 32767. */
export function sequenceDistance(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}

/**
 * A view of a received RTP packet (RFC 3550 section 5.1). One instance is meant to read packet after packet, so that receiving
 * allocates nothing; what it holds is valid until the next {@link RtpPacket.read}.
 */
export class RtpPacket {
  buffer: Buffer = Buffer.alloc(0);
  marker = false;
  payloadType = 0;
  sequenceNumber = 0;
  timestamp = 0;
  ssrc = 0;
  /** Where the payload begins in {@link RtpPacket.buffer}. */
  payloadOffset = 0;
  /** Bytes of payload without padding. */
  payloadLength = 0;
  #extensionsOffset = 0;
  #extensionsEnd = 0;
  #profile = 0;

  /** Takes a packet in. False if it is none; the view then holds nothing useful. */
  read(buffer: Buffer): boolean {
    if (buffer.length < FIXED_HEADER) return false;
    const first = buffer.readUInt8(0);
    if (first >> 6 !== 2) return false;
    const second = buffer.readUInt8(1);
    let offset = FIXED_HEADER + (first & 0x0f) * 4;
    this.#profile = 0;
    this.#extensionsOffset = offset;
    this.#extensionsEnd = offset;
    if ((first & 0x10) !== 0) {
      if (offset + 4 > buffer.length) return false;
      this.#profile = buffer.readUInt16BE(offset);
      this.#extensionsOffset = offset + 4;
      offset += 4 + buffer.readUInt16BE(offset + 2) * 4;
      this.#extensionsEnd = offset;
    }
    if (offset > buffer.length) return false;
    const padding = (first & 0x20) === 0 ? 0 : buffer.readUInt8(buffer.length - 1);
    if (offset + padding > buffer.length || ((first & 0x20) !== 0 && padding === 0)) return false;
    this.buffer = buffer;
    this.marker = (second & 0x80) !== 0;
    this.payloadType = second & 0x7f;
    this.sequenceNumber = buffer.readUInt16BE(2);
    this.timestamp = buffer.readUInt32BE(4);
    this.ssrc = buffer.readUInt32BE(8);
    this.payloadOffset = offset;
    this.payloadLength = buffer.length - offset - padding;
    return true;
  }

  get payload(): Buffer {
    return this.buffer.subarray(this.payloadOffset, this.payloadOffset + this.payloadLength);
  }

  /** The value of a header extension of either form (RFC 8285 sections 4.2 and 4.3), or undefined if it is not there. */
  extension(id: number): Buffer | undefined {
    const at = this.#locate(id);
    return at < 0 ? undefined : this.buffer.subarray(at >> 8, (at >> 8) + (at & 0xff));
  }

  /** The first two bytes of an extension as a number, or -1. For transport-wide sequence numbers, on every packet. */
  extensionUint16(id: number): number {
    const at = this.#locate(id);
    return at < 0 || (at & 0xff) < 2 ? -1 : this.buffer.readUInt16BE(at >> 8);
  }

  /**
   * Turns a retransmission into the packet that it repeats (RFC 4588 section 4). False if it carries none: the bridge also
   * probes for bandwidth with empty ones.
   */
  unwrapRetransmission(ssrc: number, payloadType: number): boolean {
    if (this.payloadLength < 2) return false;
    this.sequenceNumber = this.buffer.readUInt16BE(this.payloadOffset);
    this.ssrc = ssrc;
    this.payloadType = payloadType;
    this.payloadOffset += 2;
    this.payloadLength -= 2;
    return true;
  }

  /** Offset and length of an extension's value in one number (offset << 8 | length), or -1. */
  #locate(id: number): number {
    const twoBytes = (this.#profile & 0xfff0) === TWO_BYTE_PROFILE;
    if (!twoBytes && this.#profile !== ONE_BYTE_PROFILE) return -1;
    let offset = this.#extensionsOffset;
    while (offset < this.#extensionsEnd) {
      const byte = this.buffer.readUInt8(offset);
      if (byte === 0) {
        offset += 1;
        continue;
      }
      const found = twoBytes ? byte : byte >> 4;
      if (!twoBytes && found === 15) return -1;
      if (twoBytes && offset + 1 >= this.#extensionsEnd) return -1;
      const length = twoBytes ? this.buffer.readUInt8(offset + 1) : (byte & 0x0f) + 1;
      offset += twoBytes ? 2 : 1;
      if (offset + length > this.#extensionsEnd) return -1;
      if (found === id) return (offset << 8) | length;
      offset += length;
    }
    return -1;
  }
}

/** A header extension to send: `id` 1 to 255 (15 is reserved), 0 to 255 bytes. */
export interface RtpExtension {
  readonly id: number;
  readonly value: Buffer;
}

export interface RtpHeader {
  readonly marker: boolean;
  /** 0 to 127. */
  readonly payloadType: number;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly extensions: readonly RtpExtension[];
}

/** An RTP packet's header; extensions take the one-byte form if all of them fit into it. Throws a `RangeError` for an id out of range. */
export function serializeRtpHeader(header: RtpHeader): Buffer {
  const extensions = serializeExtensions(header.extensions);
  const buffer = Buffer.alloc(FIXED_HEADER + extensions.length);
  buffer.writeUInt8(extensions.length > 0 ? 0x90 : 0x80, 0);
  buffer.writeUInt8((header.marker ? 0x80 : 0) | header.payloadType, 1);
  buffer.writeUInt16BE(header.sequenceNumber, 2);
  buffer.writeUInt32BE(header.timestamp, 4);
  buffer.writeUInt32BE(header.ssrc, 8);
  extensions.copy(buffer, FIXED_HEADER);
  return buffer;
}

function serializeExtensions(extensions: readonly RtpExtension[]): Buffer {
  if (extensions.length === 0) return Buffer.alloc(0);
  for (const { id, value } of extensions) {
    if (id < 1 || id > 255 || id === 15 || value.length > 255)
      throw new RangeError(`RTP header extension ${id}`);
  }
  const oneByte = extensions.every(({ id, value }) => id < 15 && value.length >= 1 && value.length <= 16);
  const values = extensions.flatMap(({ id, value }) => [
    oneByte ? Buffer.of((id << 4) | (value.length - 1)) : Buffer.of(id, value.length),
    value,
  ]);
  const length = values.reduce((sum, part) => sum + part.length, 0);
  const words = Math.ceil(length / 4);
  const head = Buffer.alloc(4);
  head.writeUInt16BE(oneByte ? ONE_BYTE_PROFILE : TWO_BYTE_PROFILE, 0);
  head.writeUInt16BE(words, 2);
  return Buffer.concat([head, ...values, Buffer.alloc(words * 4 - length)]);
}
