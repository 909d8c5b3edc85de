import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRtcp, serializeRtcp, type RtcpPacket } from './rtcp-packet.ts';
import { isRtcp } from './rtp-packet.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const uint = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
const int = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
const reports = fc.array(
  fc.record({
    ssrc: uint(32),
    fractionLost: uint(8),
    cumulativeLost: int(24),
    highestSequence: uint(32),
    jitter: uint(32),
    lastSenderReport: uint(32),
    delaySinceLastSenderReport: uint(32),
  }),
  { maxLength: 31 },
);
/** Ascending from anywhere, modulo 2^16, in gaps of all sizes. */
const sequences = fc
  .tuple(uint(16), fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }))
  .map(([first, gaps]) => {
    const all = [first];
    for (const gap of gaps) all.push(((all.at(-1) ?? 0) + gap) & 0xffff);
    return all;
  });
const delta = fc.oneof(fc.constant(undefined), uint(8), int(16));
/** Alternates runs with single packets, so that both kinds of chunk are written. */
const deltas = fc
  .array(fc.tuple(delta, fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 }))), {
    minLength: 1,
    maxLength: 30,
  })
  .map((runs) => runs.flatMap(([value, count]) => Array.from({ length: count }, () => value)));

const packet: fc.Arbitrary<RtcpPacket> = fc.oneof(
  fc.record({
    type: fc.constant('sender-report' as const),
    ssrc: uint(32),
    ntpSeconds: uint(32),
    ntpFraction: uint(32),
    rtpTimestamp: uint(32),
    packets: uint(32),
    octets: uint(32),
    reports,
  }),
  fc.record({ type: fc.constant('receiver-report' as const), ssrc: uint(32), reports }),
  fc.record({
    type: fc.constant('source-description' as const),
    chunks: fc.array(fc.record({ ssrc: uint(32), cname: fc.string({ unit: 'grapheme', maxLength: 20 }) }), {
      maxLength: 31,
    }),
  }),
  fc.record({ type: fc.constant('bye' as const), ssrcs: fc.array(uint(32), { maxLength: 31 }) }),
  fc.record({ type: fc.constant('nack' as const), senderSsrc: uint(32), mediaSsrc: uint(32), sequences }),
  fc.record({ type: fc.constant('picture-loss' as const), senderSsrc: uint(32), mediaSsrc: uint(32) }),
  fc.record({
    type: fc.constant('full-intra-request' as const),
    senderSsrc: uint(32),
    mediaSsrcs: fc.array(uint(32), { maxLength: 5 }),
  }),
  fc.record({
    type: fc.constant('transport-cc' as const),
    senderSsrc: uint(32),
    mediaSsrc: uint(32),
    baseSequence: uint(16),
    referenceTime: int(24),
    feedbackCount: uint(8),
    deltas,
  }),
);

describe('RTCP', () => {
  it('parses what it serialised, in compound packets of every kind', () => {
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 6 }), (packets) => {
        const buffer = serializeRtcp(packets);
        expect(buffer.length % 4).toBe(0);
        expect(isRtcp(buffer)).toBe(true);
        expect(parseRtcp(buffer)).toEqual(packets);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws, whatever the bytes, and for mutations of packets too', () => {
    fc.assert(
      fc.property(
        packet,
        fc.array(fc.tuple(uint(12), uint(8)), { maxLength: 8 }),
        uint(12),
        (valid, changes, cut) => {
          const buffer = serializeRtcp([valid]);
          for (const [at, byte] of changes) if (at < buffer.length) buffer.writeUInt8(byte, at);
          parseRtcp(buffer);
          expect(parseRtcp(buffer.subarray(0, cut)).length).toBeLessThanOrEqual(buffer.length / 4);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('writes a NACK as RFC 4585 draws it', () => {
    const nack = serializeRtcp([
      { type: 'nack', senderSsrc: 1, mediaSsrc: 2, sequences: [65_535, 0, 15, 16] },
    ]);
    expect(nack).toEqual(hex('81cd0004 00000001 00000002 ffff8001 00100000'));
  });

  it('reads one-bit vectors of transport-cc, which it does not write', () => {
    // Three packets: arrived, missing, arrived.
    const packet = hex('8fcd0005 00000001 00000002 00050003 00000a07 a8000408');
    expect(parseRtcp(packet)).toMatchObject([
      {
        type: 'transport-cc',
        baseSequence: 5,
        referenceTime: 10,
        feedbackCount: 7,
        deltas: [4, undefined, 8],
      },
    ]);
  });

  it('passes over what it does not know and reads on', () => {
    const unknown = hex('80cf0001 00000000');
    const known = serializeRtcp([{ type: 'picture-loss', senderSsrc: 1, mediaSsrc: 2 }]);
    expect(parseRtcp(Buffer.concat([unknown, known]))).toEqual([
      { type: 'picture-loss', senderSsrc: 1, mediaSsrc: 2 },
    ]);
  });
});
