import { useCallback, useEffect, useState } from 'react';
import { isScreenTile, type Screen, type TileId } from '../people.ts';
import { choose, layoutOf, NO_CHOICE, shareEnded } from './layoutChoice.ts';

/** The layout, and what is pinned in it: a pin chooses the stage. */
export function useLayout(people: number, screens: readonly Screen[]) {
  const [choice, setChoice] = useState(NO_CHOICE);
  const [pinned, setPinned] = useState<TileId>();
  const isShared = screens.some(({ isLocal }) => !isLocal);
  const layout = layoutOf(choice, people, isShared);
  useEffect(() => {
    if (!isShared) setChoice(shareEnded);
  }, [isShared]);
  const toggleLayout = useCallback(
    () => setChoice(choose(layout === 'tiles' ? 'stage' : 'tiles', isShared)),
    [layout, isShared],
  );
  const pin = useCallback(
    (id: TileId) => {
      const unpins = layout === 'stage' && pinned === id;
      setPinned(unpins ? undefined : id);
      // A pinned screen takes its pin along when it ends; what was chosen before is still meant then.
      if (isScreenTile(id)) setChoice(({ chosen }) => ({ chosen, whileShared: 'stage' }));
      else if (!unpins) setChoice(choose('stage', isShared));
    },
    [layout, pinned, isShared],
  );
  return { layout, toggleLayout, pinned: layout === 'stage' ? pinned : undefined, pin };
}
