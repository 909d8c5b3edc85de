import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, SPREAD, type SpreadRule, chooseWorker, fullness } from './spread.ts';

const RULE: SpreadRule = { small: 4, endpointsPerWorker: 10 };

interface Named extends Candidate {
  readonly name: string;
}

function worker(name: string, endpoints?: number, rest: Partial<Candidate> = {}): Named {
  return { name, endpoints, fullness: 0, busy: false, ...rest };
}

const chosen = (...candidates: readonly Named[]) => chooseWorker(candidates, RULE)?.name;

/** Lets so many endpoints come to a machine of so many workers; how many are where. */
function arrivals(workers: number, endpoints: number, rule: SpreadRule = RULE): number[] {
  const counts = Array.from({ length: workers }, (): number | undefined => undefined);
  for (let endpoint = 0; endpoint < endpoints; endpoint++) {
    const candidates = counts.map((count, index) => ({
      index,
      endpoints: count,
      fullness: fullness(0, count ?? 0),
      busy: false,
    }));
    const next = chooseWorker(candidates, rule);
    if (next !== undefined) counts[next.index] = (counts[next.index] ?? 0) + 1;
  }
  return counts.map((count) => count ?? 0);
}

describe('the worker of one more endpoint', () => {
  it('SP1 is the one with the most room when the conference begins', () => {
    expect(chosen(worker('a', undefined, { fullness: 0.5 }), worker('b', undefined, { fullness: 0.2 }))).toBe(
      'b',
    );
    expect(chosen(worker('a'), worker('b'))).toBe('a');
    expect(chosen()).toBeUndefined();
    // Even if all are busy: somebody has to.
    expect(chosen(worker('a', undefined, { busy: true }))).toBe('a');
  });

  it('SP2 is the conference’s own while it has room', () => {
    expect(chosen(worker('a', 9, { fullness: 0.6 }), worker('b'))).toBe('a');
    expect(arrivals(3, 10)).toEqual([10, 0, 0]);
  });

  it('SP3 is another one when the first has its number or enough to do', () => {
    expect(chosen(worker('a', 10), worker('b'))).toBe('b');
    expect(
      chosen(worker('a', 5, { busy: true }), worker('b', undefined, { fullness: 0.4 }), worker('c')),
    ).toBe('c');
    expect(arrivals(3, 20)).toEqual([10, 10, 0]);
    expect(arrivals(3, 30)).toEqual([10, 10, 10]);
  });

  it('SP4 is never a second one for a small conference', () => {
    expect(chosen(worker('a', 3, { busy: true, fullness: 1 }), worker('b'))).toBe('a');
    expect(chosen(worker('a', 4, { busy: true, fullness: 1 }), worker('b'))).toBe('b');
  });

  it('SP5 is the one with the fewest of several with room, and of the conference’s own when none has any', () => {
    expect(chosen(worker('a', 8), worker('b', 3), worker('c'))).toBe('b');
    expect(chosen(worker('a', 11), worker('b', 10))).toBe('b');
    expect(chosen(worker('a', 10), worker('b', undefined, { busy: true }))).toBe('a');
    expect(arrivals(3, 36)).toEqual([12, 12, 12]);
  });

  it('SP2 SP5 never has more than its number while another one is free', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 0, max: 500 }), (workers, endpoints) => {
        const counts = arrivals(workers, endpoints, SPREAD);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(endpoints);
        const used = counts.filter((count) => count > 0);
        const needed = Math.min(workers, Math.ceil(endpoints / SPREAD.endpointsPerWorker));
        expect(used).toHaveLength(needed);
        if (needed < workers) expect(Math.max(0, ...counts)).toBeLessThanOrEqual(SPREAD.endpointsPerWorker);
      }),
    );
  });

  it('counts what has just come before it can be measured', () => {
    expect(fullness(0, 60)).toBe(0.5);
    expect(fullness(0.8, 60)).toBe(0.8);
  });
});
