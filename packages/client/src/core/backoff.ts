/** Milliseconds before the first retry, at most. */
const FIRST_MS = 200;
/** Milliseconds between retries, at most: a person waits and watches. */
const LONGEST_MS = 5_000;

/**
 * How long to wait before the next attempt. Doubles from 0.2 s to 5 s; the upper half of each wait is drawn by lot, so that the clients of a server
 * that restarts don't come back in one beat.
 *
 * @param failures attempts that failed so far, 0 or more
 * @param random 0 (inclusive) to 1 (exclusive)
 */
export function backoffMs(failures: number, random: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** failures);
  return longest * (0.5 + random / 2);
}
