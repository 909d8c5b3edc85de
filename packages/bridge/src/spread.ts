/**
 * On which worker of this machine one more endpoint of a conference lives. The rules and their numbers are in `SPEC.md`. What crosses from one worker to another is
 * sent and received once more, so a conference stays together as long as one worker carries it.
 */

/** A living worker, as a conference sees it. */
export interface Candidate {
  /** Endpoints of this conference on it; `undefined`: it has no place there. */
  readonly endpoints: number | undefined;
  /** How much of it is taken, from 0 to about 1 ({@link fullness}). */
  readonly fullness: number;
  /** It has enough to do with what it carries: nothing new, if that can be helped. */
  readonly busy: boolean;
}

export interface SpreadRule {
  /** A conference of fewer endpoints never takes a second worker. */
  readonly small: number;
  /** Endpoints of one conference that one worker takes before another one is used. */
  readonly endpointsPerWorker: number;
}

export const SPREAD: SpreadRule = {
  // All see all: 12 receivers of 11 pictures and voices are about 15,000 packets/s, a tenth of a core. What is gained is less than what crosses.
  small: 12,
  // 60 receivers of 25 small pictures (30 packets/s) and 12 voices (50) are 80,000 packets/s, half a core. Load is measured, too, but
  // a class of 100 comes within seconds, before anything can be measured.
  endpointsPerWorker: 60,
};

/** By what share of itself an endpoint fills a worker before it can be measured: {@link SPREAD}'s 60 take half of it. */
const EXPECTED_SHARE = 1 / 120;

/** How much of a worker is taken: what was measured of its core (0 to 1), or what is to be expected of `endpoints` that just came. */
export function fullness(measured: number, endpoints: number): number {
  return Math.max(measured, endpoints * EXPECTED_SHARE);
}

/** Which of `candidates`; `undefined`: there is none. The same input gives the same answer. */
export function chooseWorker<T extends Candidate>(
  candidates: readonly T[],
  { small, endpointsPerWorker }: SpreadRule,
): T | undefined {
  const own = candidates.filter(({ endpoints }) => endpoints !== undefined);
  if (own.length === 0) return leastTaken(candidates);
  const size = own.reduce((sum, { endpoints }) => sum + (endpoints ?? 0), 0);
  if (size < small) return leastTaken(own);
  const withRoom = own.filter(({ endpoints, busy }) => !busy && (endpoints ?? 0) < endpointsPerWorker);
  if (withRoom.length > 0) return leastTaken(withRoom);
  const others = candidates.filter(({ endpoints, busy }) => endpoints === undefined && !busy);
  return leastTaken(others.length > 0 ? others : own);
}

/** The fewest endpoints of the conference, then the most room; of equals the first. */
function leastTaken<T extends Candidate>(candidates: readonly T[]): T | undefined {
  return candidates.toSorted(
    (one, other) => (one.endpoints ?? 0) - (other.endpoints ?? 0) || one.fullness - other.fullness,
  )[0];
}
