import { commandId } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { RememberedResults } from './seat.ts';

describe('RememberedResults', () => {
  it('remembers acceptance and refusal, and forgets the oldest beyond its limit', () => {
    const [first, second, third] = ['1', '2', '3'].map((id) => commandId.parse(id));
    if (first === undefined || second === undefined || third === undefined) throw new Error('three ids');
    const results = new RememberedResults(2);
    results.set(first, undefined);
    results.set(second, 'permission/denied');
    expect([results.has(first), results.get(first)]).toEqual([true, undefined]);
    results.set(third, undefined);
    expect([first, second, third].map((id) => results.has(id))).toEqual([false, true, true]);
    expect(results.get(second)).toBe('permission/denied');
  });
});
