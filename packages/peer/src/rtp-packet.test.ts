import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRtcp, RtpPacket, sequenceDistance, serializeRtpHeader } from './rtp-packet.ts';

const uint = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
const header = fc.record({
  marker: fc.boolean(),
  payloadType: uint(7),
  sequenceNumber: uint(16),
  timestamp: uint(32),
  ssrc: uint(32),
  extensions: fc.uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 255 }).filter((id) => id !== 15),
      value: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    }),
    { selector: ({ id }) => id, maxLength: 6 },
  ),
});

describe('RtpPacket', () => {
  it('reads what serializeRtpHeader wrote, with extensions of both forms', () => {
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 50 }), (given, payload) => {
        const packet = new RtpPacket();
        expect(packet.read(Buffer.concat([serializeRtpHeader(given), payload]))).toBe(true);
        const { marker, payloadType, sequenceNumber, timestamp, ssrc } = packet;
        expect({ marker, payloadType, sequenceNumber, timestamp, ssrc }).toEqual({
          ...given,
          extensions: undefined,
        });
        expect(packet.payload).toEqual(Buffer.from(payload));
        for (const { id, value } of given.extensions) expect(packet.extension(id)).toEqual(value);
      }),
    );
  });

  it('uses the one-byte form of extensions where it fits', () => {
    const small = { marker: false, payloadType: 96, sequenceNumber: 1, timestamp: 2, ssrc: 3 };
    const one = serializeRtpHeader({ ...small, extensions: [{ id: 14, value: Buffer.of(1, 2) }] });
    expect(one.subarray(12).toString('hex')).toBe('bede0001e1010200');
    const two = serializeRtpHeader({ ...small, extensions: [{ id: 16, value: Buffer.of(1, 2) }] });
    expect(two.subarray(12).toString('hex')).toBe('1000000110020102');
  });

  it('leaves padding and contributing sources out of the payload', () => {
    const fixed = serializeRtpHeader({
      marker: true,
      payloadType: 111,
      sequenceNumber: 7,
      timestamp: 8,
      ssrc: 9,
      extensions: [],
    });
    fixed.writeUInt8(0x80 | 0x20 | 2, 0);
    const packet = new RtpPacket();
    expect(
      packet.read(Buffer.concat([fixed, Buffer.alloc(8), Buffer.from('sound'), Buffer.of(0, 0, 3)])),
    ).toBe(true);
    expect(packet.payload.toString()).toBe('sound');
  });

  it('unwraps a retransmission, but not an empty probe', () => {
    const head = serializeRtpHeader({
      marker: true,
      payloadType: 97,
      sequenceNumber: 7,
      timestamp: 8,
      ssrc: 9,
      extensions: [],
    });
    const packet = new RtpPacket();
    packet.read(Buffer.concat([head, Buffer.of(0x12, 0x34), Buffer.from('picture')]));
    expect(packet.unwrapRetransmission(5, 96)).toBe(true);
    expect([packet.sequenceNumber, packet.ssrc, packet.payloadType, packet.payload.toString()]).toEqual([
      0x1234,
      5,
      96,
      'picture',
    ]);
    packet.read(head);
    expect(packet.unwrapRetransmission(5, 96)).toBe(false);
  });

  it('survives any bytes', () => {
    const packet = new RtpPacket();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), uint(8), (bytes, versioned, id) => {
        const buffer = Buffer.from(bytes);
        if (versioned && buffer.length > 0) buffer.writeUInt8(0x80 | (buffer.readUInt8(0) & 0x3f), 0);
        isRtcp(buffer);
        if (!packet.read(buffer)) return;
        packet.extension(id);
        packet.extensionUint16(id);
        expect(packet.payloadOffset + packet.payloadLength).toBeLessThanOrEqual(buffer.length);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('sequenceDistance', () => {
  it('is the shorter way around', () => {
    expect(sequenceDistance(65_535, 1)).toBe(2);
    expect(sequenceDistance(1, 65_535)).toBe(-2);
  });
});
