/** How a quantity is spread over those who have it. */
export interface Spread {
  readonly count: number;
  readonly min: number;
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly mean: number;
}

/** Undefined without values. A quantile is the smallest value that so large a share of all does not exceed. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = Float64Array.from(values).toSorted();
  const [min] = sorted;
  if (min === undefined) return undefined;
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? min;
  return {
    count: sorted.length,
    min,
    median: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
  };
}
