/** What one load test may be, each with its reason: a tool for operators must not become a weapon by a typing error. */
export const BOUNDS = {
  conferences: 2_000,
  /** Of one conference: as many as the server lets in. */
  participants: 500,
  /** Of all conferences. A machine that could carry more would run several tests. */
  people: 5_000,
  /** Seconds of measuring. */
  duration: 3_600,
  joinsPerSecond: 500,
  /** Seconds in which everybody has to have come. */
  ramp: 600,
  /** Bits per second of one source. */
  videoBitrate: 20_000_000,
  audioBitrate: 510_000,
  processes: 32,
  /** Seconds after the last join in which people may still be on their way. */
  patience: 30,
  /** Seconds between the last one's coming and the measuring: estimates of bandwidth grow, and layers rise. */
  settle: 60,
} as const;
