/** Time as the server sees it, handed in so that tests can turn it. */
export interface Clock {
  /** Milliseconds since the epoch; never goes back. */
  now(): number;
  /** Calls back once after `ms` milliseconds, unless the returned function is called before. */
  after(ms: number, callback: () => void): () => void;
}

/** The machine's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.max(0, Math.ceil(ms)));
    return () => clearTimeout(timer);
  },
};

/** Rejects with `onTimeout()` when the promise has not settled after `ms` milliseconds; what comes later is dropped. */
export function withTimeout<T>(
  clock: Clock,
  ms: number,
  promise: Promise<T>,
  onTimeout: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(onTimeout()));
    promise.then(resolve, reject).finally(cancel);
  });
}
