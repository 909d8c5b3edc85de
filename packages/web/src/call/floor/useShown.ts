import { LIMITS, type SourceId } from '@treff/protocol';
import { useEffect, useSyncExternalStore } from 'react';
import { useMeeting } from '../../room/MeetingContext.ts';
import { pictureHeight } from '../layout/geometry.ts';
import type { Placed } from '../layout/placement.ts';
import type { Person, Screen, TileId } from '../people.ts';

/** Tells the meeting how tall each picture is on screen, and which matter most. Nothing is shown in a page that nobody sees. */
export function useShown(
  tiles: readonly Placed[],
  people: readonly Person[],
  screens: readonly Screen[],
  pinned: TileId | undefined,
): void {
  const meeting = useMeeting();
  const isVisible = usePageVisible();
  const pixelRatio = useSyncExternalStore(subscribeToResize, () => window.devicePixelRatio);
  useEffect(() => {
    const cameras = new Map<TileId, SourceId | undefined>(
      people.map(({ id, camera, isLocal }) => [id, isLocal ? undefined : camera]),
    );
    const heights = new Map<SourceId, number>();
    const remoteScreens = screens.filter(({ isLocal }) => !isLocal);
    for (const { id, rect, role } of isVisible ? tiles : []) {
      const screen = remoteScreens.find((one) => one.id === id);
      // Of what is read on the stage, every pixel counts.
      if (screen !== undefined) {
        heights.set(
          screen.source,
          role === 'stage'
            ? LIMITS.maxHeight
            : Math.min(LIMITS.maxHeight, Math.ceil(rect.height * pixelRatio)),
        );
        continue;
      }
      const camera = cameras.get(id);
      if (camera === undefined) continue;
      const height = Math.ceil(pictureHeight(rect) * pixelRatio);
      if (height > 0) heights.set(camera, Math.min(height, LIMITS.maxHeight));
    }
    const onStage = tiles.flatMap(({ id, role }) => (role === 'stage' ? sourceOf(id) : []));
    const selected = pinned === undefined ? [] : sourceOf(pinned);
    meeting.setShown(heights, { onStage, selected });

    /** The others' source that a tile shows. */
    function sourceOf(id: TileId): SourceId[] {
      const source = remoteScreens.find((one) => one.id === id)?.source ?? cameras.get(id);
      return source === undefined ? [] : [source];
    }
  }, [tiles, people, screens, pinned, isVisible, pixelRatio, meeting]);
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
