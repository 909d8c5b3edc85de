import type { LoadLevel } from '@treff/protocol';

/** How much something has to do, smoothed, and what that means. The rules are in `SPEC.md`; everything here is pure. */
export interface Load {
  /** From 0 (idle) to about 1 (a whole core). */
  readonly share: number;
  readonly level: LoadLevel;
  /** Milliseconds since when it would be a lower level, without a break. */
  readonly lowerSince: number | undefined;
  /** Milliseconds for which it must be a lower level, until it is that one. */
  readonly patience: number;
  /** Milliseconds at which a higher level ended last. */
  readonly endedAt: number | undefined;
}

/** Longer than people need to come back from a break and be seen again. */
const LOAD_RECOVERY_MS = 15_000;
/** Milliseconds within which a level that comes back shows that it was what the level takes away that was missing. */
const LOAD_RETURN_MS = 60_000;
const LOAD_RECOVERY_MOST_MS = 120_000;

export const IDLE: Load = {
  share: 0,
  level: 'normal',
  lowerSince: undefined,
  patience: LOAD_RECOVERY_MS,
  endedAt: undefined,
};

/** From the least to the most. */
const LEVELS: readonly LoadLevel[] = ['normal', 'busy', 'overloaded', 'full'];

/**
 * The share of a core at which a level begins. A worker is one thread: beyond 0.9 packets wait in the socket's buffer and are lost in bursts. Half of what is left above
 * `busy` is for what is there already and grows: cameras that are switched on.
 */
const LOAD_BEGINS: Record<LoadLevel, number> = { normal: 0, busy: 0.6, overloaded: 0.8, full: 0.9 };
/** A level ends this far below its beginning: what was lowered for it takes so much less, and would bring it back at once. */
const LOAD_HYSTERESIS = 0.15;
/** The weight of a new measurement, taken once a second: a few seconds when it rises, for the peak of a join storm is no load; slower when it falls. */
const LOAD_RISE = 0.4;
const LOAD_FALL = 0.2;

/** A measurement more, of the share of a core that was used since the last. `now` in milliseconds. */
export function measureLoad(before: Load, measured: number, now: number): Load {
  const weight = measured > before.share ? LOAD_RISE : LOAD_FALL;
  const share = before.share + weight * (measured - before.share);
  const reached = LEVELS.findLast((level) => share >= LOAD_BEGINS[level]) ?? 'normal';
  const rises = LEVELS.indexOf(reached) - LEVELS.indexOf(before.level);
  if (rises > 0) {
    return { ...before, share, level: reached, lowerSince: undefined, patience: patienceOf(before, now) };
  }
  if (rises === 0 || share > LOAD_BEGINS[before.level] - LOAD_HYSTERESIS) {
    return { ...before, share, lowerSince: undefined };
  }
  const lowerSince = before.lowerSince ?? now;
  if (now - lowerSince < before.patience) return { ...before, share, lowerSince };
  // Step by step: what a lower level gives back is load again.
  const next = LEVELS[LEVELS.indexOf(before.level) - 1] ?? 'normal';
  return { ...before, share, level: next, lowerSince: undefined, endedAt: now };
}

/** Of a level that begins: pictures that become smaller and larger by turns are worse than small ones. */
function patienceOf({ patience, endedAt }: Load, now: number): number {
  if (endedAt === undefined || now - endedAt >= LOAD_RETURN_MS) return LOAD_RECOVERY_MS;
  return Math.min(LOAD_RECOVERY_MOST_MS, 2 * patience);
}

/** Mean milliseconds by which the event loop is late that count as a whole core: each join takes about five turns, and a person waits for them. */
const LOAD_LOOP_DELAY_MS = 200;

/** The share of the main thread that is used up, by how late its event loop is. */
export function shareOfDelay(delayMs: number): number {
  return Math.max(0, delayMs) / LOAD_LOOP_DELAY_MS;
}

/**
 * What one more participant meets: the one worker that has least to do takes them, and the main thread lets them in.
 * No worker at all is not load but an accident, which calls tell of.
 */
export function loadOfJoining(workers: readonly Load[], mainThread: Load): Load {
  const [least = IDLE] = workers.toSorted(compareLoads);
  return compareLoads(least, mainThread) < 0 ? mainThread : least;
}

function compareLoads(one: Load, other: Load): number {
  return LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level) || one.share - other.share;
}

/** What is forwarded at most: while a level lasts, or by the operator's will. */
export interface LoadLimits {
  /** Cameras; -1: all. */
  readonly lastN: number;
  /** Lines of a camera, as in 720p. */
  readonly maxHeight: number;
}

/** First fewer and smaller pictures, and never less sound. Pictures are nine tenths of the packets. */
export const LOAD_LIMITS: Record<LoadLevel, LoadLimits> = {
  normal: { lastN: -1, maxHeight: Infinity },
  // Half the bits of a 720p camera, which few will miss.
  busy: { lastN: -1, maxHeight: 480 },
  // Whoever speaks with each other is seen, and a face on stage is still sharp: about half the packets of a room that shows 20.
  overloaded: { lastN: 8, maxHeight: 360 },
  // The conversation.
  full: { lastN: 3, maxHeight: 180 },
};

/** The strictest of several. */
export function strictest(limits: readonly LoadLimits[]): LoadLimits {
  const numbers = limits.map(({ lastN }) => lastN).filter((lastN) => lastN >= 0);
  return {
    lastN: numbers.length === 0 ? -1 : Math.min(...numbers),
    maxHeight: Math.min(Infinity, ...limits.map(({ maxHeight }) => maxHeight)),
  };
}
