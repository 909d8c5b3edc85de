/** Time as the client sees it: handed in, so that tests own it. */
export interface Clock {
  /** Milliseconds, monotonic; only differences mean something. */
  now(): number;
  /** Calls `run` once after `ms` milliseconds, never synchronously. The returned function calls it off; idempotent. */
  after(ms: number, run: () => void): () => void;
}

/** The clock of the browser or of Node. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
