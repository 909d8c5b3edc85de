import { describe, expect, it } from 'vitest';
import type { CrewResult } from './crew-messages.ts';
import { readOptions } from './options.ts';
import { reportOf } from './report.ts';
import { reportText } from './report-text.ts';

const { plan } = readOptions(['--url', 'http://a', '--participants', '2', '--processes', '2']);
const machine = { cores: 2, model: 'Some', node: 'v24', loadAverage: 0.5 };

const crew = (changes: Partial<CrewResult> = {}): CrewResult => ({
  people: [
    {
      setOutMs: 0,
      joinedMs: 20,
      connectedMs: 50,
      firstPacketMs: 100,
      streams: [
        {
          kind: 'audio',
          packets: 90,
          octets: 9_000,
          lost: 10,
          recovered: 0,
          jitterMs: 2,
          freezes: 0,
          frozenMs: 0,
          frames: 0,
        },
        {
          kind: 'video',
          packets: 200,
          octets: 100_000,
          lost: 0,
          recovered: 5,
          jitterMs: 1,
          freezes: 1,
          frozenMs: 400,
          frames: 60,
        },
      ],
    },
  ],
  measuredMs: 2_000,
  packetsReceived: 300,
  packetsSent: 100,
  cpuMs: 4,
  lateMs: { median: 0, p99: 1, max: 3 },
  ...changes,
});

describe('reportOf', () => {
  it('adds up what the processes measured', () => {
    const report = reportOf(plan, machine, [crew(), crew({ lateMs: { median: 1, p99: 80, max: 90 } })], {
      interrupted: false,
    });
    expect(report).toMatchObject({
      outcome: 'complete',
      people: { planned: 2, stayed: 2, failures: {} },
      measured: 2,
      perSecond: { received: 300, sent: 100, bitsReceived: 872_000 },
      bitsPerSecond: { count: 2, median: 436_000 },
      audio: { streams: 2, packets: 180, lost: 20, loss: { median: 0.1 } },
      video: { recovered: 10, frozenStreams: 2, framesPerSecond: { median: 30 }, frozenMs: { max: 400 } },
      joins: { seatMs: { median: 20 }, firstPacketMs: { median: 100 }, perSecond: 40 },
      generator: { microsecondsPerPacket: 10, lateMs: { p99: 80 } },
    });
    const text = reportText(report);
    expect(text).toContain('2 of 2 came and stayed');
    expect(text).toMatch(/sound lost, % +10\.00/);
    expect(text).toContain('The generator itself was short of time');
  });

  it('counts who did not come, and says what to do where the server limits joins', () => {
    const lost = crew({ people: [{ setOutMs: 0, failure: 'room/too-many-joins', streams: [] }] });
    const report = reportOf(plan, machine, [crew(), lost], { interrupted: false });
    expect(report).toMatchObject({
      outcome: 'lacking',
      people: { stayed: 1, failures: { 'room/too-many-joins': 1 } },
      joins: { seatMs: { count: 1 } },
    });
    expect(reportText(report)).toMatch(/room\/too-many-joins 1\n[^]*LIMIT_JOINS=off/);
  });

  it('can be made before anything was measured', () => {
    const nobody = crew({ people: [], measuredMs: 0, packetsReceived: 0, packetsSent: 0, cpuMs: 0 });
    const report = reportOf(plan, machine, [nobody], { interrupted: true });
    expect(report).toMatchObject({ outcome: 'interrupted', measured: 0, perSecond: { received: 0 } });
    expect(report.bitsPerSecond).toBeUndefined();
    expect(reportText(report)).not.toContain('NaN');
  });
});
