import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';
import { floorAt, layersOf, partsOf, rampSeconds, type LoadPlan } from './plan.ts';

const { plan: usual } = readOptions(['--url', 'http://localhost:8000', '--room', 'load']);

const plans = fc
  .record({
    conferences: fc.integer({ min: 1, max: 8 }),
    participants: fc.integer({ min: 1, max: 12 }),
    processes: fc.integer({ min: 1, max: 5 }),
    joinsPerSecond: fc.integer({ min: 1, max: 100 }),
    senders: fc.integer({ min: 0, max: 12 }),
    talkers: fc.integer({ min: 0, max: 12 }),
    apart: fc.boolean(),
  })
  .map((changes): LoadPlan => ({ ...usual, ...changes }));

const allParts = (plan: LoadPlan) =>
  Array.from({ length: plan.processes }, (_, process) => partsOf(plan, process)).flat();

describe('partsOf', () => {
  it('gives every place of every conference to one process, and each its part', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const parts = allParts(plan);
        expect(new Set(parts.map(({ displayName }) => displayName)).size).toBe(
          plan.conferences * plan.participants,
        );
        expect(parts).toHaveLength(plan.conferences * plan.participants);
        const inFirst = parts.filter(({ room }) => room === 'load-1');
        expect(inFirst).toHaveLength(plan.participants);
        expect(inFirst.filter(({ sendsVideo }) => sendsVideo)).toHaveLength(
          Math.min(plan.senders, plan.participants),
        );
        const turns = inFirst.flatMap(({ microphone }) =>
          microphone.state === 'talks' ? [microphone.turn] : [],
        );
        expect(turns.toSorted((one, other) => one - other)).toEqual(
          Array.from({ length: Math.min(plan.talkers, plan.participants) }, (_, turn) => turn),
        );
      }),
    );
  });

  it('lets people come at the pace that was asked for', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const times = allParts(plan)
          .map(({ joinsAtMs }) => joinsAtMs)
          .toSorted((one, other) => one - other);
        for (const [index, time] of times.entries())
          expect(time).toBeCloseTo((index * 1_000) / plan.joinsPerSecond, 6);
        expect((times.at(-1) ?? 0) / 1_000).toBeLessThan(rampSeconds(plan));
      }),
    );
  });

  it('keeps who only receives out of the first process when they are to be apart', () => {
    const plan: LoadPlan = { ...usual, participants: 6, senders: 2, talkers: 1, processes: 2, apart: true };
    expect(partsOf(plan, 0).map(({ sendsVideo, show }) => ({ sendsVideo, show }))).toEqual([
      { sendsVideo: true, show: 0 },
      { sendsVideo: true, show: 0 },
    ]);
    expect(partsOf(plan, 1).every(({ sendsVideo, show }) => !sendsVideo && show === undefined)).toBe(true);
  });

  it('gives a muted microphone to those who are silent only if that was asked for', () => {
    const states = (plan: LoadPlan) => partsOf(plan, 0).map(({ microphone }) => microphone.state);
    expect(states({ ...usual, talkers: 1 })).toEqual(['talks', 'none', 'none']);
    expect(states({ ...usual, talkers: 1, mutedMicrophones: true })).toEqual(['talks', 'muted', 'muted']);
    expect(states({ ...usual, audio: undefined, mutedMicrophones: true })).toEqual(['none', 'none', 'none']);
  });
});

describe('floorAt', () => {
  it('passes the floor around', () => {
    expect([0, 3_999, 4_000, 8_000, 12_000].map((time) => floorAt(time, 3))).toEqual([0, 0, 1, 2, 0]);
    expect(floorAt(5_000, 0)).toBe(0);
  });
});

describe('layersOf', () => {
  it('makes each layer half as tall as the next, the last one as fat as was asked for', () => {
    const layers = layersOf({ bitrate: 500_000, layers: 3, framesPerSecond: 30 });
    expect(layers).toEqual([
      { width: 320, height: 180, bitrate: 50_000 },
      { width: 640, height: 360, bitrate: 150_000 },
      { width: 1_280, height: 720, bitrate: 500_000 },
    ]);
    expect(layersOf({ bitrate: 500_000, layers: 1, framesPerSecond: 30 })).toEqual(layers.slice(-1));
  });
});
