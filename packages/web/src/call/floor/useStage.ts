import type { ConferenceView } from '@treff/protocol';
import { useEffect, useRef, useState } from 'react';
import { chooseStage, type StageChoice } from '../layout/stageChoice.ts';
import type { Screen, TileId } from '../people.ts';

/** What is on stage now; asks again by itself when a change of speaker had to wait. */
export function useStage(
  view: ConferenceView,
  screens: readonly Screen[],
  pinned: TileId | undefined,
): TileId {
  const previous = useRef<StageChoice>(undefined);
  const [, askAgain] = useState(0);
  const others = view.participants.map(({ id }) => id).filter((id) => id !== view.self);
  const { choice, recheckInMs } = chooseStage(
    previous.current,
    {
      self: view.self,
      others,
      screens: screens.filter(({ isLocal }) => !isLocal).map(({ id }) => id),
      speakers: view.speakers,
      pinned,
    },
    performance.now(),
  );
  useEffect(() => {
    previous.current = choice;
  });
  const waits = recheckInMs !== undefined;
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setTimeout(() => askAgain((count) => count + 1), recheckInMs);
    return () => clearTimeout(timer);
  }, [waits, recheckInMs]);
  return choice.tile;
}
