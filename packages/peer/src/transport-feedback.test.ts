import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRtcp, serializeRtcp } from './rtcp-packet.ts';
import { TransportFeedback } from './transport-feedback.ts';

describe('TransportFeedback', () => {
  it('tells of every packet when it came, and of the missing ones between', () => {
    const feedback = new TransportFeedback();
    expect(feedback.take(1, 2)).toBeUndefined();
    feedback.note(65_534, 1_000);
    feedback.note(1, 1_010);
    expect(feedback.take(1, 2)).toEqual({
      type: 'transport-cc',
      senderSsrc: 1,
      mediaSsrc: 2,
      baseSequence: 65_534,
      // 15 times 64 ms is 960 ms.
      referenceTime: 15,
      feedbackCount: 0,
      deltas: [160, undefined, undefined, 40],
    });
    // What is missing at the end of an interval is told with the next.
    feedback.note(3, 1_020);
    expect(feedback.take(1, 2)).toMatchObject({
      baseSequence: 2,
      feedbackCount: 1,
      deltas: [undefined, 240],
    });
  });

  it('counts the time from packet to packet exactly, also when they come in another order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 65_535 }),
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 60 }),
        fc.shuffledSubarray(
          Array.from({ length: 60 }, (_, index) => index),
          { minLength: 1 },
        ),
        (first, gaps, order) => {
          const feedback = new TransportFeedback();
          const arrivals = new Map<number, number>();
          let now = 5_000;
          for (const [index, offset] of order.entries()) {
            now += gaps[index % gaps.length] ?? 0;
            arrivals.set((first + offset) & 0xffff, now);
            feedback.note((first + offset) & 0xffff, now);
          }
          const packet = feedback.take(1, 2);
          if (packet === undefined) throw new Error('no feedback');
          expect(parseRtcp(serializeRtcp([packet]))).toEqual([packet]);
          let tick = packet.referenceTime * 256;
          const told = new Map<number, number>();
          for (const [index, delta] of packet.deltas.entries()) {
            if (delta === undefined) continue;
            tick += delta;
            told.set((packet.baseSequence + index) & 0xffff, tick / 4);
          }
          expect(told).toEqual(
            new Map([...told.keys()].map((sequence) => [sequence, arrivals.get(sequence)])),
          );
          expect(told.size).toBe(arrivals.size);
        },
      ),
    );
  });
});
