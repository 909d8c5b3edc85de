import { LIMITS, type SourceId } from '@treff/protocol';
import { useEffect, useSyncExternalStore } from 'react';
import { useMeeting } from '../../room/MeetingContext.ts';
import { pictureHeight } from '../layout/geometry.ts';
import type { Placed } from '../layout/placement.ts';
import type { Person } from '../people.ts';

/** Tells the meeting how tall each picture is on screen. Nothing is shown in a page that nobody sees. */
export function useShown(tiles: readonly Placed[], people: readonly Person[]): void {
  const meeting = useMeeting();
  const isVisible = usePageVisible();
  const pixelRatio = useSyncExternalStore(subscribeToResize, () => window.devicePixelRatio);
  useEffect(() => {
    const cameras = new Map(people.map(({ id, camera, isLocal }) => [id, isLocal ? undefined : camera]));
    const heights = new Map<SourceId, number>();
    for (const { id, rect } of isVisible ? tiles : []) {
      const camera = cameras.get(id);
      if (camera === undefined) continue;
      const height = Math.ceil(pictureHeight(rect) * pixelRatio);
      if (height > 0) heights.set(camera, Math.min(height, LIMITS.maxHeight));
    }
    meeting.setShown(heights);
  }, [tiles, people, isVisible, pixelRatio, meeting]);
  useEffect(() => () => meeting.setShown(new Map()), [meeting]);
}

function usePageVisible(): boolean {
  return useSyncExternalStore(subscribeToVisibility, () => document.visibilityState === 'visible');
}

function subscribeToVisibility(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
}

function subscribeToResize(listener: () => void): () => void {
  window.addEventListener('resize', listener);
  return () => window.removeEventListener('resize', listener);
}
