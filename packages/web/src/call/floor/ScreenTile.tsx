import { MonitorUp } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { Picture } from '../../devices/Picture.tsx';
import type { Rect } from '../layout/geometry.ts';
import type { TileRole } from '../layout/placement.ts';
import type { Screen, TileId } from '../people.ts';
import { PinButton } from './PinButton.tsx';
import { shallowEqual } from './shallowEqual.ts';
import styles from './Tile.module.css';
import { WithheldMark } from './WithheldMark.tsx';

interface ScreenTileProps {
  readonly screen: Screen;
  readonly rect: Rect;
  readonly role: TileRole;
  readonly pinned: boolean;
  /** Absent where there is nothing else to choose. */
  readonly onPin: ((id: TileId) => void) | undefined;
}

/** A shared screen, whole and as it is. One's own is a small reminder: large it would show itself. */
export const ScreenTile = memo(function ScreenTile({ screen, rect, role, pinned, onPin }: ScreenTileProps) {
  const { t } = useTranslation();
  const { id, participant, displayName, isLocal, picture, withheld } = screen;
  const owner = displayName === '' ? t('call.guest') : displayName;
  const name = isLocal ? t('call.ownScreen') : t('call.screenOf', { name: owner });
  return (
    <li
      className={styles.tile}
      data-participant-id={participant}
      data-source="screen"
      data-local={isLocal ? '' : undefined}
      data-role={role}
      data-fit="contain"
      style={{ left: rect.x, top: rect.y, width: rect.width, height: rect.height }}
      aria-label={name}
    >
      {picture === undefined ? null : <Picture track={picture} className={styles.picture ?? ''} />}
      {isLocal ? <p className={styles.note}>{t('call.sharingOwnScreen')}</p> : null}
      {withheld === undefined ? null : <WithheldMark reason={withheld} />}
      <div className={styles.plate}>
        <MonitorUp className={styles.screenMark} size="0.9375rem" aria-hidden />
        <span className={styles.name}>{name}</span>
      </div>
      <div className={styles.corner}>
        {onPin === undefined || isLocal ? null : (
          <PinButton id={id} name={name} pinned={pinned} onPin={onPin} />
        )}
      </div>
    </li>
  );
}, isSame);

function isSame(before: ScreenTileProps, after: ScreenTileProps): boolean {
  return (
    shallowEqual(before.screen, after.screen) &&
    shallowEqual(before.rect, after.rect) &&
    before.role === after.role &&
    before.pinned === after.pinned &&
    before.onPin === after.onPin
  );
}
