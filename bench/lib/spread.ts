/** The value below which that share of the values lies; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

/** Median, p95 and maximum, without decimals. */
export function spread(values: readonly number[]): string {
  const [median, p95, max] = [0.5, 0.95, 1].map((share) => quantile(values, share).toFixed(0));
  return `median ${median}, p95 ${p95}, max ${max}`;
}
