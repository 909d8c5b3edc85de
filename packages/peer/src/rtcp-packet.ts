import {
  readTransportFeedback,
  writeTransportFeedback,
  type TransportFeedbackPacket,
} from './transport-feedback-packet.ts';

/** What a receiver tells of one stream (RFC 3550 section 6.4.1). */
export interface ReportBlock {
  readonly ssrc: number;
  /** Part of packets lost since the last report, in 1/256: 0 to 255. */
  readonly fractionLost: number;
  /** Packets lost since the beginning: 24 bits, signed. */
  readonly cumulativeLost: number;
  /** Highest sequence number with its cycles above it. */
  readonly highestSequence: number;
  /** In units of the RTP clock. */
  readonly jitter: number;
  /** Middle 32 bits of the NTP time of the last sender report, 0 if there was none. */
  readonly lastSenderReport: number;
  /** Since that report arrived, in 1/65536 s. */
  readonly delaySinceLastSenderReport: number;
}

/** The kinds of RTCP packet that peer and bridge exchange; others are passed over by {@link parseRtcp}. */
export type RtcpPacket =
  | {
      readonly type: 'sender-report';
      readonly ssrc: number;
      /** NTP time (RFC 3550 section 4): seconds since 1900 and their fraction in 1/2^32 s. */
      readonly ntpSeconds: number;
      readonly ntpFraction: number;
      readonly rtpTimestamp: number;
      readonly packets: number;
      readonly octets: number;
      readonly reports: readonly ReportBlock[];
    }
  | { readonly type: 'receiver-report'; readonly ssrc: number; readonly reports: readonly ReportBlock[] }
  /** Canonical names, at most 255 bytes each; other items are dropped. */
  | {
      readonly type: 'source-description';
      readonly chunks: readonly { readonly ssrc: number; readonly cname: string }[];
    }
  | { readonly type: 'bye'; readonly ssrcs: readonly number[] }
  /** Lost packets that are asked for again (RFC 4585 section 6.2.1), in ascending order modulo 2^16. */
  | {
      readonly type: 'nack';
      readonly senderSsrc: number;
      readonly mediaSsrc: number;
      readonly sequences: readonly number[];
    }
  /** A key frame, please (RFC 4585 section 6.3.1). */
  | { readonly type: 'picture-loss'; readonly senderSsrc: number; readonly mediaSsrc: number }
  /** The same by RFC 5104 section 4.3.1, which names its streams in the body. */
  | {
      readonly type: 'full-intra-request';
      readonly senderSsrc: number;
      readonly mediaSsrcs: readonly number[];
    }
  | TransportFeedbackPacket;

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const SOURCE_DESCRIPTION = 202;
const BYE = 203;
const TRANSPORT_FEEDBACK = 205;
const PAYLOAD_FEEDBACK = 206;

const NACK = 1;
const TRANSPORT_CC = 15;
const PICTURE_LOSS = 1;
const FULL_INTRA_REQUEST = 4;

const REPORT_BLOCK = 24;

/**
 * The packets of a compound or reduced-size RTCP packet (RFC 3550 section 6.1, RFC 5506). Unknown and malformed ones are passed
 * over, and reading ends where a length leads beyond the end: the sender is on the other side of a network. Never throws.
 */
export function parseRtcp(buffer: Buffer): RtcpPacket[] {
  const packets: RtcpPacket[] = [];
  let offset = 0;
  while (offset + 4 <= buffer.length) {
    const first = buffer.readUInt8(offset);
    const end = offset + 4 + buffer.readUInt16BE(offset + 2) * 4;
    if (first >> 6 !== 2 || end > buffer.length) break;
    const body = buffer.subarray(offset + 4, end);
    const packet = parsePacket(buffer.readUInt8(offset + 1), first & 0x1f, body);
    if (packet !== undefined) packets.push(packet);
    offset = end;
  }
  return packets;
}

/** A compound packet of these, in this order. Throws a `RangeError` where a field does not fit. */
export function serializeRtcp(packets: readonly RtcpPacket[]): Buffer {
  return Buffer.concat(packets.map(serializePacket));
}

function parsePacket(type: number, count: number, body: Buffer): RtcpPacket | undefined {
  switch (type) {
    case SENDER_REPORT: {
      const reports = parseReports(body, 24, count);
      if (reports === undefined) return undefined;
      return {
        type: 'sender-report',
        ssrc: body.readUInt32BE(0),
        ntpSeconds: body.readUInt32BE(4),
        ntpFraction: body.readUInt32BE(8),
        rtpTimestamp: body.readUInt32BE(12),
        packets: body.readUInt32BE(16),
        octets: body.readUInt32BE(20),
        reports,
      };
    }
    case RECEIVER_REPORT: {
      const reports = parseReports(body, 4, count);
      return reports === undefined
        ? undefined
        : { type: 'receiver-report', ssrc: body.readUInt32BE(0), reports };
    }
    case SOURCE_DESCRIPTION:
      return parseSourceDescription(body, count);
    case BYE:
      if (body.length < count * 4) return undefined;
      return {
        type: 'bye',
        ssrcs: Array.from({ length: count }, (_, index) => body.readUInt32BE(index * 4)),
      };
    case TRANSPORT_FEEDBACK:
      if (count === NACK) return parseNack(body);
      return count === TRANSPORT_CC ? readTransportFeedback(body) : undefined;
    case PAYLOAD_FEEDBACK:
      if (body.length < 8) return undefined;
      if (count === PICTURE_LOSS) {
        return { type: 'picture-loss', senderSsrc: body.readUInt32BE(0), mediaSsrc: body.readUInt32BE(4) };
      }
      if (count === FULL_INTRA_REQUEST) {
        const mediaSsrcs: number[] = [];
        for (let at = 8; at + 8 <= body.length; at += 8) mediaSsrcs.push(body.readUInt32BE(at));
        return { type: 'full-intra-request', senderSsrc: body.readUInt32BE(0), mediaSsrcs };
      }
      return undefined;
    default:
      return undefined;
  }
}

function parseReports(body: Buffer, offset: number, count: number): ReportBlock[] | undefined {
  if (body.length < offset + count * REPORT_BLOCK) return undefined;
  return Array.from({ length: count }, (_, index) => {
    const at = offset + index * REPORT_BLOCK;
    return {
      ssrc: body.readUInt32BE(at),
      fractionLost: body.readUInt8(at + 4),
      cumulativeLost: body.readIntBE(at + 5, 3),
      highestSequence: body.readUInt32BE(at + 8),
      jitter: body.readUInt32BE(at + 12),
      lastSenderReport: body.readUInt32BE(at + 16),
      delaySinceLastSenderReport: body.readUInt32BE(at + 20),
    };
  });
}

function parseSourceDescription(body: Buffer, count: number): RtcpPacket | undefined {
  const chunks: { ssrc: number; cname: string }[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + 4 > body.length) return undefined;
    const ssrc = body.readUInt32BE(at);
    at += 4;
    let cname = '';
    while (at < body.length && body.readUInt8(at) !== 0) {
      if (at + 2 > body.length) return undefined;
      const end = at + 2 + body.readUInt8(at + 1);
      if (end > body.length) return undefined;
      if (body.readUInt8(at) === 1) cname = body.toString('utf8', at + 2, end);
      at = end;
    }
    // At least one zero ends the items, and they fill up to a word.
    at = (Math.floor(at / 4) + 1) * 4;
    chunks.push({ ssrc, cname });
  }
  return { type: 'source-description', chunks };
}

function parseNack(body: Buffer): RtcpPacket | undefined {
  if (body.length < 12) return undefined;
  const sequences: number[] = [];
  for (let at = 8; at + 4 <= body.length; at += 4) {
    const first = body.readUInt16BE(at);
    const following = body.readUInt16BE(at + 2);
    sequences.push(first);
    for (let bit = 0; bit < 16; bit += 1) {
      if ((following & (1 << bit)) !== 0) sequences.push((first + bit + 1) & 0xffff);
    }
  }
  return { type: 'nack', senderSsrc: body.readUInt32BE(0), mediaSsrc: body.readUInt32BE(4), sequences };
}

function serializePacket(packet: RtcpPacket): Buffer {
  switch (packet.type) {
    case 'sender-report': {
      const body = withReports(24, packet.reports);
      body.writeUInt32BE(packet.ssrc, 0);
      body.writeUInt32BE(packet.ntpSeconds, 4);
      body.writeUInt32BE(packet.ntpFraction, 8);
      body.writeUInt32BE(packet.rtpTimestamp, 12);
      body.writeUInt32BE(packet.packets, 16);
      body.writeUInt32BE(packet.octets, 20);
      return framed(SENDER_REPORT, packet.reports.length, body);
    }
    case 'receiver-report': {
      const body = withReports(4, packet.reports);
      body.writeUInt32BE(packet.ssrc, 0);
      return framed(RECEIVER_REPORT, packet.reports.length, body);
    }
    case 'source-description':
      return framed(
        SOURCE_DESCRIPTION,
        packet.chunks.length,
        Buffer.concat(packet.chunks.map(descriptionChunk)),
      );
    case 'bye': {
      const body = Buffer.alloc(packet.ssrcs.length * 4);
      for (const [index, ssrc] of packet.ssrcs.entries()) body.writeUInt32BE(ssrc, index * 4);
      return framed(BYE, packet.ssrcs.length, body);
    }
    case 'nack':
      return framed(TRANSPORT_FEEDBACK, NACK, nackBody(packet));
    case 'picture-loss':
      return framed(PAYLOAD_FEEDBACK, PICTURE_LOSS, words(packet.senderSsrc, packet.mediaSsrc));
    case 'full-intra-request':
      // The sequence number of each request stays 0: the bridge takes every one for new.
      return framed(
        PAYLOAD_FEEDBACK,
        FULL_INTRA_REQUEST,
        words(packet.senderSsrc, 0, ...packet.mediaSsrcs.flatMap((ssrc) => [ssrc, 0])),
      );
    case 'transport-cc':
      return framed(TRANSPORT_FEEDBACK, TRANSPORT_CC, writeTransportFeedback(packet));
  }
}

function framed(type: number, count: number, body: Buffer): Buffer {
  if (count > 31) throw new RangeError(`RTCP count ${count}`);
  const head = Buffer.alloc(4);
  head.writeUInt8(0x80 | count, 0);
  head.writeUInt8(type, 1);
  head.writeUInt16BE(body.length / 4, 2);
  return Buffer.concat([head, body]);
}

function words(...values: number[]): Buffer {
  const body = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) body.writeUInt32BE(value, index * 4);
  return body;
}

function withReports(offset: number, reports: readonly ReportBlock[]): Buffer {
  const body = Buffer.alloc(offset + reports.length * REPORT_BLOCK);
  for (const [index, report] of reports.entries()) {
    const at = offset + index * REPORT_BLOCK;
    body.writeUInt32BE(report.ssrc, at);
    body.writeUInt8(report.fractionLost, at + 4);
    body.writeIntBE(report.cumulativeLost, at + 5, 3);
    body.writeUInt32BE(report.highestSequence, at + 8);
    body.writeUInt32BE(report.jitter, at + 12);
    body.writeUInt32BE(report.lastSenderReport, at + 16);
    body.writeUInt32BE(report.delaySinceLastSenderReport, at + 20);
  }
  return body;
}

function descriptionChunk({ ssrc, cname }: { readonly ssrc: number; readonly cname: string }): Buffer {
  const text = Buffer.from(cname, 'utf8');
  if (text.length > 255) throw new RangeError('RTCP CNAME beyond 255 bytes');
  const chunk = Buffer.alloc((Math.floor((6 + text.length) / 4) + 1) * 4);
  chunk.writeUInt32BE(ssrc, 0);
  chunk.writeUInt8(1, 4);
  chunk.writeUInt8(text.length, 5);
  text.copy(chunk, 6);
  return chunk;
}

function nackBody(packet: Extract<RtcpPacket, { type: 'nack' }>): Buffer {
  const items: { first: number; following: number }[] = [];
  for (const sequence of packet.sequences) {
    const last = items.at(-1);
    const distance = last === undefined ? 0 : (sequence - last.first) & 0xffff;
    if (last !== undefined && distance >= 1 && distance <= 16) last.following |= 1 << (distance - 1);
    else items.push({ first: sequence, following: 0 });
  }
  const body = words(packet.senderSsrc, packet.mediaSsrc, ...items.map(() => 0));
  for (const [index, item] of items.entries()) {
    body.writeUInt16BE(item.first, 8 + index * 4);
    body.writeUInt16BE(item.following, 10 + index * 4);
  }
  return body;
}
