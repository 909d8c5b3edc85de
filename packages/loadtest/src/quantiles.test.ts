import { describe, expect, it } from 'vitest';
import { spreadOf } from './quantiles.ts';

describe('spreadOf', () => {
  it('orders by size, and takes the smallest value that so many do not exceed', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(spreadOf(values)).toEqual({
      count: 100,
      min: 1,
      median: 50,
      p95: 95,
      p99: 99,
      max: 100,
      mean: 50.5,
    });
    expect(spreadOf([7])).toEqual({ count: 1, min: 7, median: 7, p95: 7, p99: 7, max: 7, mean: 7 });
  });

  it('says nothing of nothing', () => {
    expect(spreadOf([])).toBeUndefined();
  });
});
