import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RtpPacket, serializeRtpHeader } from './rtp-packet.ts';
import { RtpReceiver } from './rtp-receiver.ts';

function receiver(nack = true) {
  const it = new RtpReceiver({ ssrc: 9, clockRate: 90_000, nack });
  const packet = new RtpPacket();
  const take = (sequence: number, nowMs = 0, retransmitted = false, sentMs = nowMs) => {
    const head = { marker: false, payloadType: 96, timestamp: sentMs * 90, ssrc: 9, extensions: [] };
    packet.read(
      Buffer.concat([serializeRtpHeader({ ...head, sequenceNumber: sequence & 0xffff }), Buffer.alloc(10)]),
    );
    return it.receive(packet, nowMs, retransmitted);
  };
  return { it, take };
}

describe('RtpReceiver', () => {
  it('asks for what is missing, again after a while, until it comes', () => {
    const { it: stream, take } = receiver();
    for (const sequence of [65_533, 65_534, 1, 2]) take(sequence);
    expect(stream.dueRequests(0)).toEqual([65_535, 0]);
    expect(stream.dueRequests(59)).toEqual([]);
    expect(take(65_535, 59, true)).toBe(true);
    expect(stream.dueRequests(60)).toEqual([0]);
    expect(take(0, 61, true)).toBe(true);
    expect(stream.dueRequests(1_000)).toEqual([]);
    expect(stream).toMatchObject({
      packets: 6,
      octets: 60,
      recovered: 2,
      requested: 2,
      lost: 0,
      duplicates: 0,
    });
  });

  it('gives a packet up in the end', () => {
    const { it: stream, take } = receiver();
    take(1);
    take(3);
    let requests = 0;
    for (let now = 0; now < 2_000; now += 10) requests += stream.dueRequests(now).length;
    expect(requests).toBe(10);
    expect(stream.lost).toBe(1);
  });

  it('asks for nothing where nobody would send again, yet takes late packets', () => {
    const { it: stream, take } = receiver(false);
    take(1);
    take(3);
    expect(stream.dueRequests(0)).toEqual([]);
    expect(take(2)).toBe(true);
    expect(stream.requested).toBe(0);
  });

  it('counts every number once, in whatever order and however often packets come', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 65_535 }),
        fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 200 }),
        (first, offsets) => {
          const { it: stream, take } = receiver();
          take(first);
          for (const offset of offsets) take(first + offset);
          expect(stream.packets).toBe(new Set([0, ...offsets]).size);
          expect(stream.duplicates).toBe(1 + offsets.length - stream.packets);
          const expected = Math.max(...offsets) + 1;
          expect(stream.report(0)?.cumulativeLost).toBe(expected - stream.packets);
        },
      ),
    );
  });

  it('takes a far jump for a new beginning', () => {
    const { it: stream, take } = receiver();
    take(10);
    take(30_000);
    expect(stream.dueRequests(0)).toEqual([]);
    expect(stream.report(0)).toMatchObject({ cumulativeLost: 0, fractionLost: 0, highestSequence: 30_000 });
  });

  it('reports the loss of each interval, and when the last sender report came', () => {
    const { it: stream, take } = receiver();
    expect(stream.report(0)).toBeUndefined();
    for (const sequence of [0, 1, 3]) take(sequence);
    stream.noteSenderReport(0xaaaa_1234, 0x5678_bbbb, 1_000);
    expect(stream.report(1_500)).toMatchObject({
      fractionLost: 64,
      cumulativeLost: 1,
      lastSenderReport: 0x1234_5678,
      delaySinceLastSenderReport: 32_768,
    });
    take(4);
    expect(stream.report(2_000)).toMatchObject({ fractionLost: 0, cumulativeLost: 1 });
  });

  it('measures jitter as the smoothed change of the time under way', () => {
    const { it: stream, take } = receiver();
    take(0, 100, false, 0);
    take(1, 133, false, 33);
    expect(stream.jitterMs).toBe(0);
    // Sixteen milliseconds later than the one before it: a sixteenth of that.
    take(2, 182, false, 66);
    expect(stream.jitterMs).toBeCloseTo(1, 6);
  });
});
