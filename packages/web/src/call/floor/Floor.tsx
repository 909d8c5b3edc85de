import type { ConferenceView } from '@treff/protocol';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { placeTiles, type Layout, type Placement } from '../layout/placement.ts';
import { tileOrder, type Person, type Screen, type TileId } from '../people.ts';
import styles from './Floor.module.css';
import { ScreenTile } from './ScreenTile.tsx';
import { Tile } from './Tile.tsx';
import { useShown } from './useShown.ts';
import { useSize } from './useSize.ts';
import { useSpeaking } from './useSpeaking.ts';
import { useStage } from './useStage.ts';

/** Milliseconds in which one movement of a wheel or of two fingers turns one page only. */
const WHEEL_PAUSE_MS = 400;

interface FloorProps {
  readonly view: ConferenceView;
  readonly people: readonly Person[];
  readonly screens: readonly Screen[];
  readonly layout: Layout;
  readonly pinned: TileId | undefined;
  readonly onPin: (id: TileId) => void;
}

/**
 * Where the tiles of people and of shared screens are. All lie in one list and move by their rectangles, so a picture that changes its place goes on
 * playing; what is on another page is not mounted and costs nothing.
 */
export function Floor({ view, people, screens, layout, pinned, onPin }: FloorProps) {
  const { t } = useTranslation();
  const surface = useRef<HTMLUListElement>(null);
  const size = useSize(surface);
  const [page, setPage] = useState(0);
  const turnedAt = useRef(0);
  const onStage = useStage(view, screens, pinned);
  const ids = useMemo(() => tileOrder(people, screens), [people, screens]);
  const placement = useMemo(
    () => placeTiles({ layout, ids, onStage, page, size }),
    [layout, ids, onStage, page, size],
  );
  // In the same order in every layout: an element that is put elsewhere in the document appears anew.
  const tiles = placement.tiles.toSorted((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id));
  useShown(placement.tiles, people, screens, pinned);
  useSpeaking(surface);

  const peopleById = new Map<TileId, Person>(people.map((person) => [person.id, person]));
  const screensById = new Map<TileId, Screen>(screens.map((screen) => [screen.id, screen]));
  const offered = people.length + screens.length > 2 ? onPin : undefined;
  return (
    <div className={styles.floor} onWheel={(event) => turnByWheel(event.deltaX, event.deltaY)}>
      <ul ref={surface} className={styles.surface} aria-label={t('call.participants')}>
        {tiles.map(({ id, rect, role }) => {
          const common = { rect, role, pinned: pinned === id, onPin: offered };
          const screen = screensById.get(id);
          // A source that is published anew is another one, but the person's one screen still.
          if (screen !== undefined)
            return <ScreenTile key={`${screen.participant} screen`} screen={screen} {...common} />;
          const person = peopleById.get(id);
          return person === undefined ? null : <Tile key={id} person={person} {...common} />;
        })}
      </ul>
      <Pager placement={placement} onTurn={setPage} />
    </div>
  );

  function turnByWheel(deltaX: number, deltaY: number) {
    const delta = Math.abs(deltaX) > Math.abs(deltaY) ? deltaX : deltaY;
    const now = performance.now();
    if (placement.pages === 1 || Math.abs(delta) < 20 || now - turnedAt.current < WHEEL_PAUSE_MS) return;
    turnedAt.current = now;
    setPage(placement.page + Math.sign(delta));
  }
}

interface PagerProps {
  readonly placement: Placement;
  readonly onTurn: (page: number) => void;
}

function Pager({ placement, onTurn }: PagerProps) {
  const { t } = useTranslation();
  const { pager, page, pages } = placement;
  if (pager === undefined) return null;
  return (
    <div
      className={styles.pager}
      style={{ left: pager.x, top: pager.y, width: pager.width, height: pager.height }}
    >
      <button
        type="button"
        aria-label={t('call.previousPage')}
        aria-disabled={page === 0}
        onClick={() => onTurn(Math.max(0, page - 1))}
      >
        <ChevronLeft size="1.25rem" aria-hidden />
      </button>
      <span aria-label={t('call.page', { page: page + 1, pages })}>
        {page + 1}/{pages}
      </span>
      <button
        type="button"
        aria-label={t('call.nextPage')}
        aria-disabled={page === pages - 1}
        onClick={() => onTurn(Math.min(pages - 1, page + 1))}
      >
        <ChevronRight size="1.25rem" aria-hidden />
      </button>
    </div>
  );
}
