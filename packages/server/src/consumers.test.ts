import type { ConsumerParameters } from '@treff/protocol';
import { sourceId } from '@treff/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../test/manual-clock.ts';
import { Consumers } from './consumers.ts';

const consumer = (id: string): ConsumerParameters => ({
  id,
  source: sourceId.parse('0fd81c2a-v1'),
  kind: 'camera',
  rtpParameters: { codecs: [], encodings: [] },
});

/** A client that holds what it is told, and notices when it is told nonsense. */
function setUp() {
  const clock = new ManualClock();
  const held = new Set<string>();
  const announcements: number[] = [];
  const consumers = new Consumers({
    clock,
    announce: (added) => {
      announcements.push(added.length);
      for (const { id } of added) {
        if (held.has(id)) throw new Error(`${id} was announced twice`);
        held.add(id);
      }
    },
    withdraw: (ids) => {
      for (const id of ids) if (!held.delete(id)) throw new Error(`${id} was withdrawn, but never announced`);
    },
  });
  return { clock, held, announcements, consumers };
}

describe('Consumers', () => {
  it('announces a few at once and gathers many', () => {
    const { clock, held, announcements, consumers } = setUp();
    for (let id = 0; id < 500; id++) consumers.add([consumer(`${id}`)]);
    expect(announcements).toEqual(Array.from({ length: 20 }, () => 1));
    clock.advance(200);
    expect(held.size).toBe(500);
    expect(announcements.at(-1)).toBe(480);
    expect(clock.pending).toBe(0);
  });

  it('says nothing of what came and went before it was told', () => {
    const { clock, held, announcements, consumers } = setUp();
    for (let id = 0; id < 21; id++) consumers.add([consumer(`${id}`)]);
    consumers.remove(['20']);
    clock.advance(1_000);
    expect(announcements).toHaveLength(20);
    expect(held.size).toBe(20);
  });

  it('leaves no timer behind', () => {
    const { clock, consumers } = setUp();
    for (let id = 0; id < 21; id++) consumers.add([consumer(`${id}`)]);
    consumers.stop();
    expect(clock.pending).toBe(0);
  });

  it('always brings the client to what is there, in any order of events, losses and comparisons', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant('add' as const), id: fc.nat(30) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('remove' as const), id: fc.nat(30) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('compare' as const), id: fc.nat(30) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const), id: fc.nat(30) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), id: fc.nat(150) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { clock, held, consumers } = setUp();
        const there = new Set<string>();
        for (const one of steps) {
          const id = `${one.id}`;
          if (one.do === 'add') {
            there.add(id);
            consumers.add([consumer(id)]);
          } else if (one.do === 'remove') {
            there.delete(id);
            consumers.remove([id]);
          } else if (one.do === 'wait') clock.advance(one.id);
          else if (one.do === 'reset') {
            there.clear();
            held.clear();
            there.add(id);
            held.add(id);
            consumers.reset([consumer(id)]);
          } else {
            // What was last said to the client got lost.
            held.delete(id);
            const both = consumers.compare([...held]);
            expect(held).toEqual(there);
            expect(both.every((common) => there.has(common))).toBe(true);
          }
          expect(new Set(consumers.ids)).toEqual(there);
        }
        clock.advance(1_000);
        expect(held).toEqual(there);
      }),
      { numRuns: 300 },
    );
  });
});
