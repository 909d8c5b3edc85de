import { useCallback, useEffect, useState } from 'react';

/** Milliseconds after which the new track takes over even if nothing came of it: what is old may not stay for good. */
const PATIENCE_MS = 3000;

/** Two tracks of one source in turn, when it comes by another way: the old one is used until the new one is ready. */
export interface Handover {
  /** Those to be played: the one in use and, if there is one, the one that is to follow. `key` is one track's alone, unlike its `id`. */
  readonly tracks: readonly { readonly track: MediaStreamTrack; readonly key: number }[];
  /** The one in use. */
  readonly current: MediaStreamTrack;
  /** Say that a track could take over now. */
  readonly ready: (track: MediaStreamTrack) => void;
}

/** Keeps the track before in use until `track` is ready, and no longer than three seconds. */
export function useHandover(track: MediaStreamTrack): Handover {
  const [current, setCurrent] = useState(track);
  const waits = current !== track;
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setTimeout(() => setCurrent(track), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [waits, track]);
  const ready = useCallback((given: MediaStreamTrack) => given === track && setCurrent(track), [track]);
  const tracks = (waits ? [current, track] : [track]).map((one) => ({ track: one, key: keyOf(one) }));
  return { tracks, current, ready };
}

const keys = new WeakMap<MediaStreamTrack, number>();
let lastKey = 0;

/** What is sent again over another connection has, at the other end, the same `id` in another track. */
function keyOf(track: MediaStreamTrack): number {
  const key = keys.get(track) ?? ++lastKey;
  keys.set(track, key);
  return key;
}
