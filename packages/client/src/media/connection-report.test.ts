import { makeSourceId, participantId, type SourceId } from '@treff/protocol';
import { describe, expect, test } from 'vitest';
import bridge from '../../test/stats/bridge.json' with { type: 'json' };
import p2p from '../../test/stats/p2p.json' with { type: 'json' };
import { reportOf, type PathStats, type TrackSource } from './connection-report.ts';
import type { RawStats } from './connection-stats.ts';

/** What Chromium said, of each peer connection, at two moments of a call. */
type Recording = readonly (readonly (readonly Row[])[])[];
type Row = { readonly id: string; readonly type: string };
type Change = (row: Row, moment: number) => object;

const SELF = participantId.parse('0000000a');
const OTHER = participantId.parse('0000000b');
const own = {
  microphone: makeSourceId(SELF, 'microphone', 0),
  camera: makeSourceId(SELF, 'camera', 1),
};
const others = {
  microphone: makeSourceId(OTHER, 'microphone', 0),
  camera: makeSourceId(OTHER, 'camera', 1),
};

function sources(tracks: Record<string, SourceId>): ReadonlyMap<string, TrackSource> {
  const mine: readonly SourceId[] = Object.values(own);
  return new Map(
    Object.entries(tracks).map(([track, source]) => [track, { source, isLocal: mine.includes(source) }]),
  );
}

const overBridge = sources({
  '137b3fac-3a82-4035-ae9b-b8fc27e087f9': own.microphone,
  '9f445e1d-190a-4e4a-b8a8-1731a381f999': own.camera,
  '36776d9c-d2b4-4744-831a-5206e1ef8d54': others.microphone,
  '657a617f-2f26-45e5-a5f4-7e1d73174163': others.camera,
});
const direct = sources({
  '8a31c037-8aaf-4a30-a473-e8ce6dde2d04': own.microphone,
  'c1b11668-d1b0-43ae-b2c2-b1cbc5a84ddd': own.camera,
  'ad3d5279-3a54-49ed-b2f6-5ca60665b87f': others.microphone,
  '2dee01e1-04a3-45a8-bb17-39dd5f6d2393': others.camera,
});

/** The reports at each moment, of what was recorded and then changed. */
function reports(recording: Recording, given: Omit<PathStats, 'connections'>, change: Change = () => ({})) {
  const first = reportOf({ ...given, connections: at(0) }, undefined);
  const second = reportOf({ ...given, connections: at(1) }, first.reading);
  return { first, second, again: reportOf({ ...given, connections: at(1) }, second.reading) };

  function at(moment: number): RawStats[] {
    return (recording[moment] ?? []).map((rows) =>
      rows.map((row) => [row.id, { ...row, ...change(row, moment) }] as const),
    );
  }
}

/** Within 5 of it: what matters is the order of magnitude and the unit. */
const near = (value: number): unknown => expect.closeTo(value, -1);

describe('a call over the bridge', () => {
  const given = { way: 'bridge', sources: overBridge } as const;

  test('is described by both of its connections', () => {
    expect(reports(bridge, given).second.report).toEqual({
      way: 'bridge',
      roundTripMs: 330,
      jitterMs: undefined,
      sent: { bitsPerSecond: near(269_363), loss: 0 },
      received: { bitsPerSecond: near(65_340), loss: 0 },
      local: 'host',
      remote: 'host',
      protocol: 'udp',
      relayed: false,
      streams: [
        { source: others.microphone, bitsPerSecond: undefined, loss: 0, jitterMs: undefined },
        { source: others.camera, bitsPerSecond: undefined, loss: 0, jitterMs: undefined },
      ],
      limited: false,
      videos: [
        { source: own.camera, isLocal: true, width: 640, height: 360, framesPerSecond: 11, codec: 'VP8' },
        { source: others.camera, isLocal: false, width: 320, height: 180, framesPerSecond: 1, codec: 'VP8' },
      ],
      audioCodec: 'opus',
    });
  });

  test('has no rates at first, because there is nothing to compare with', () => {
    const { sent, received, roundTripMs, videos } = reports(bridge, given).first.report;
    const unknown = { bitsPerSecond: undefined, loss: undefined };
    expect([sent, received]).toEqual([unknown, unknown]);
    expect([roundTripMs, videos.length]).toEqual([51, 2]);
  });

  test('counts what was lost on the way here since the reading before', () => {
    // 9 pictures and 183 sounds came; 8 more did not.
    const { second } = reports(bridge, given, ({ id }, moment) =>
      id === 'IT01V288462339' ? { packetsLost: moment === 0 ? 100 : 108 } : {},
    );
    expect(second.report.received.loss).toBeCloseTo(8 / 200);
  });

  test('counts what was lost on the way there as the other end tells, and remembers it until that tells more', () => {
    // 178 sounds and 28 and 746 packets of pictures were sent.
    const { first, second, again } = reports(bridge, given, ({ type, id }, moment) =>
      type === 'remote-inbound-rtp' && id === 'RIA2733193807' ? { packetsLost: 40 + 95.2 * moment } : {},
    );
    expect([first.report.sent.loss, second.report.sent.loss, again.report.sent.loss]).toEqual([
      undefined,
      expect.closeTo(0.1),
      expect.closeTo(0.1),
    ]);
  });

  test('a packet that arrives late makes no negative loss', () => {
    const { second } = reports(bridge, given, ({ type }, moment) =>
      type === 'inbound-rtp' ? { packetsLost: 5 - moment } : {},
    );
    expect(second.report.received.loss).toBe(0);
  });

  test('a picture that stopped, or that nobody knows, is not listed', () => {
    const { second } = reports(bridge, given, ({ type }) =>
      type === 'outbound-rtp' ? { framesEncoded: 60 } : {},
    );
    expect(second.report.videos.map(({ source }) => source)).toEqual([others.camera]);
    expect(reports(bridge, { ...given, sources: new Map() }).second.report.videos).toEqual([]);
  });

  test('tells of each source what comes of it, and of all the jitter of the one that fares worst', () => {
    const { second } = reports(bridge, given, (row, moment) => {
      if (row.type !== 'inbound-rtp') return {};
      const isPicture = row.id === 'IT01V288462339';
      const bytesReceived = 1_000 + moment * (isPicture ? 30_000 : 6_000);
      return { timestamp: moment * 1_500, bytesReceived, jitter: isPicture ? 0.04 : 0.012 };
    });
    expect(second.report.jitterMs).toBe(40);
    expect(second.report.streams).toEqual([
      { source: others.microphone, bitsPerSecond: 32_000, loss: 0, jitterMs: 12 },
      { source: others.camera, bitsPerSecond: 160_000, loss: 0, jitterMs: 40 },
    ]);
  });

  test('tells when the connection takes less than what is to be sent', () => {
    const { second } = reports(bridge, given, ({ type }) =>
      type === 'outbound-rtp' ? { qualityLimitationReason: 'bandwidth' } : {},
    );
    expect(second.report.limited).toBe(true);
  });

  test('another pair of addresses begins its rate anew', () => {
    const { second } = reports(bridge, given, ({ type, id }, moment) => {
      if (moment === 0) return {};
      if (type === 'transport') return { selectedCandidatePairId: 'another' };
      return id === 'CPH2UkovKX_LN9Uk60F' ? { id: 'another' } : {};
    });
    expect(second.report.sent.bitsPerSecond).toBeUndefined();
  });
});

describe('a direct call', () => {
  const given = { way: 'p2p', sources: direct } as const;

  test('is described by its one connection', () => {
    expect(reports(p2p, given).second.report).toEqual({
      way: 'p2p',
      roundTripMs: near(280),
      jitterMs: undefined,
      sent: { bitsPerSecond: near(54_223), loss: 0 },
      received: { bitsPerSecond: near(54_942), loss: 0 },
      local: 'host',
      remote: 'host',
      protocol: 'udp',
      relayed: false,
      streams: [
        { source: others.microphone, bitsPerSecond: undefined, loss: 0, jitterMs: undefined },
        { source: others.camera, bitsPerSecond: undefined, loss: 0, jitterMs: undefined },
      ],
      limited: false,
      videos: [
        { source: own.camera, isLocal: true, width: 320, height: 180, framesPerSecond: 6, codec: 'VP8' },
        { source: others.camera, isLocal: false, width: 320, height: 180, framesPerSecond: 3, codec: 'VP8' },
      ],
      audioCodec: 'opus',
    });
  });

  test('through a relay is told as one, with what carries it there', () => {
    const { second } = reports(p2p, given, ({ type }) =>
      type === 'local-candidate' ? { candidateType: 'relay', protocol: 'udp', relayProtocol: 'tls' } : {},
    );
    expect(second.report).toMatchObject({ local: 'relay', relayed: true, protocol: 'tls' });
  });

  test('a browser that describes no transport and leaves much out is still understood', () => {
    const { second } = reports(p2p, given, ({ type }) => {
      if (type === 'transport') return { type: 'unheard-of' };
      if (type === 'candidate-pair') return { currentRoundTripTime: undefined, bytesSent: undefined };
      return type === 'codec' ? { mimeType: 7 } : {};
    });
    expect(second.report).toMatchObject({
      roundTripMs: undefined,
      sent: { bitsPerSecond: undefined },
      received: { bitsPerSecond: near(54_942) },
      local: 'host',
      audioCodec: undefined,
    });
  });
});

test('a reading of the other way is compared with nothing', () => {
  const { first } = reports(p2p, { way: 'p2p', sources: direct });
  const connections = (p2p[1] ?? []).map((rows) => rows.map((row) => [row.id, row] as const));
  const { report } = reportOf({ way: 'bridge', sources: direct, connections }, first.reading);
  const unknown = { bitsPerSecond: undefined, loss: undefined };
  expect([report.sent, report.received]).toEqual([unknown, unknown]);
});
