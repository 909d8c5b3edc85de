import type { MediaMode } from '@treff/protocol';

/** Where a source is taken from. */
export type Way = 'p2p' | 'bridge';

/** What one way has of a source. */
export interface Offered {
  /** There is a track, whether or not anything comes over it. */
  readonly there: boolean;
  /** A frame was decoded or sound came out, since this way last began to carry. */
  readonly flows: boolean;
}

/**
 * From where to take a source: by the way that the route names as soon as media flows there, by the other until then; make before break. What is silent
 * or hidden has no last frame to hold on to, and goes ahead. `undefined`: nobody has it.
 */
export function chooseWay(source: {
  readonly mode: MediaMode;
  /** From where it has been taken so far. */
  readonly current: Way | undefined;
  /** Its owner muted it, or nobody looks at it: nothing has to flow. */
  readonly idle: boolean;
  readonly p2p: Offered;
  readonly bridge: Offered;
}): Way | undefined {
  const { mode, current, idle } = source;
  const preferred: Way = mode === 'p2p' ? 'p2p' : 'bridge';
  const other: Way = mode === 'p2p' ? 'bridge' : 'p2p';
  if (source[preferred].flows || (idle && source[preferred].there)) return preferred;
  if (source[other].flows) return other;
  // Nothing flows: what was seen last stays, frozen, until something does.
  return [current, preferred, other].find((way) => way !== undefined && source[way].there);
}
