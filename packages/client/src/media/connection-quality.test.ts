import { connectionDetails, LIMITS, makeSourceId, participantId } from '@treff/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detailsOf, judge, NO_JUDGEMENT, qualityOf, type Judgement } from './connection-quality.ts';
import type { ConnectionReport } from './types.ts';

const camera = makeSourceId(participantId.parse('0000000a'), 'camera', 1);

function report(change: Partial<ConnectionReport> = {}): ConnectionReport {
  return {
    way: 'bridge',
    roundTripMs: 20,
    jitterMs: 5,
    sent: { bitsPerSecond: 1_000_000, loss: 0 },
    received: { bitsPerSecond: 2_000_000, loss: 0 },
    local: 'host',
    remote: 'srflx',
    protocol: 'udp',
    relayed: false,
    videos: [],
    streams: [],
    limited: false,
    audioCodec: 'opus',
    ...change,
  };
}

const losing = (loss: number) => report({ received: { bitsPerSecond: undefined, loss } });

describe('the quality of a connection', () => {
  test('falls with what is lost, late or uneven, whichever is worst', () => {
    expect(qualityOf(report())).toBe('good');
    expect([0.02, 0.05, 0.2].map((loss) => qualityOf(losing(loss)))).toEqual(['good', 'fair', 'poor']);
    const sent = (loss: number) => qualityOf(report({ sent: { bitsPerSecond: 1, loss } }));
    expect([0.05, 0.2].map(sent)).toEqual(['fair', 'poor']);
    const late = (roundTripMs: number) => qualityOf(report({ roundTripMs }));
    expect([100, 400, 900].map(late)).toEqual(['good', 'fair', 'poor']);
    const uneven = (jitterMs: number) => qualityOf(report({ jitterMs }));
    expect([30, 100, 200].map(uneven)).toEqual(['good', 'fair', 'poor']);
    expect(qualityOf(report({ limited: true }))).toBe('fair');
  });

  test('is good as long as nothing is known', () => {
    const unknown = { bitsPerSecond: undefined, loss: undefined };
    const nothing = report({ roundTripMs: undefined, jitterMs: undefined, sent: unknown, received: unknown });
    expect(qualityOf(nothing)).toBe('good');
  });
});

describe('the judgement', () => {
  const story = (...readings: Judgement['latest'][]) => {
    let judgement = NO_JUDGEMENT;
    return readings.map((reading) => (judgement = judge(judgement, reading)).quality);
  };

  test('does not mind one bad reading, or one good one among bad ones', () => {
    expect(story('poor', 'good', 'good')).toEqual(['good', 'good', 'good']);
    expect(story('poor', 'poor', 'good', 'poor')).toEqual(['good', 'poor', 'poor', 'poor']);
  });

  test('goes no further than both readings do', () => {
    expect(story('fair', 'poor', 'poor', 'good', 'fair')).toEqual(['good', 'fair', 'poor', 'poor', 'fair']);
  });
});

describe('what others are told', () => {
  test('are figures, and nothing of addresses', () => {
    const video = {
      source: camera,
      isLocal: true,
      width: 640,
      height: 360,
      framesPerSecond: 24.4,
      codec: 'VP8',
    };
    const said = detailsOf(
      report({
        videos: [{ ...video, width: 320, height: 180 }, video, { ...video, isLocal: false, height: 720 }],
      }),
      'fair',
    );
    expect(said).toEqual({
      quality: 'fair',
      way: 'bridge',
      roundTripMs: 20,
      jitterMs: 5,
      sentBitsPerSecond: 1_000_000,
      receivedBitsPerSecond: 2_000_000,
      sentLoss: 0,
      receivedLoss: 0,
      video: { width: 640, height: 360, framesPerSecond: 24, codec: 'VP8' },
      audioCodec: 'opus',
      protocol: 'udp',
      relayed: false,
    });
  });

  test('fits the protocol, whatever the browser measured', () => {
    const figure = fc.option(fc.double({ min: 0, max: 1e12, noNaN: true }), { nil: undefined });
    fc.assert(
      fc.property(
        figure,
        figure,
        figure,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (one, two, three, loss) => {
          const said = detailsOf(
            report({ roundTripMs: one, jitterMs: two, sent: { bitsPerSecond: three, loss } }),
            'poor',
          );
          expect(connectionDetails.safeParse(said).success).toBe(true);
          expect(said.roundTripMs ?? 0).toBeLessThanOrEqual(LIMITS.figureMs);
        },
      ),
    );
  });
});
