import { Hand, MicOff, WifiOff } from 'lucide-react';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Picture } from '../../devices/Picture.tsx';
import { CAMERA_RATIO, fitOf, type Rect } from '../layout/geometry.ts';
import type { TileRole } from '../layout/placement.ts';
import { ConnectionMark } from '../connection/ConnectionMark.tsx';
import type { Person, TileId } from '../people.ts';
import { PersonMenu } from '../moderation/PersonMenu.tsx';
import { Avatar } from './Avatar.tsx';
import { PinButton } from './PinButton.tsx';
import { shallowEqual } from './shallowEqual.ts';
import styles from './Tile.module.css';
import { useName } from './useName.ts';
import { WithheldMark } from './WithheldMark.tsx';

interface TileProps {
  readonly person: Person;
  readonly rect: Rect;
  readonly role: TileRole;
  readonly pinned: boolean;
  /** Absent where there is nobody else to choose. */
  readonly onPin: ((id: TileId) => void) | undefined;
}

/** One person: picture or avatar, name, and what is the matter. Speaking is shown by {@link useSpeaking} from outside. */
export const Tile = memo(function Tile({ person, rect, role, pinned, onPin }: TileProps) {
  const { t } = useTranslation();
  const [ratio, setRatio] = useState(CAMERA_RATIO);
  const { id, displayName, isLocal, picture, withheld, silent, interrupted, hand } = person;
  const name = useName()(person);
  return (
    <li
      className={styles.tile}
      data-participant-id={id}
      data-source="camera"
      data-local={isLocal ? '' : undefined}
      data-role={role}
      data-mirrored={isLocal}
      data-fit={fitOf(rect, ratio)}
      style={{ left: rect.x, top: rect.y, width: rect.width, height: rect.height }}
      aria-label={name}
    >
      <Avatar id={id} name={displayName} />
      {picture === undefined ? null : (
        <Picture track={picture} className={styles.picture ?? ''} onRatio={setRatio} />
      )}
      <div className={styles.ring} />
      {interrupted ? (
        <div className={styles.interrupted}>
          <WifiOff size="1.125rem" aria-hidden />
          <span>{t('call.interrupted')}</span>
        </div>
      ) : null}
      {withheld === undefined || interrupted ? null : <WithheldMark reason={withheld} />}
      <div className={styles.plate}>
        {hand === undefined ? null : (
          <Hand size="1rem" role="img" aria-label={t('call.handRaised')} className={styles.hand} />
        )}
        {silent ? (
          <MicOff size="0.9375rem" role="img" aria-label={t('call.muted')} data-muted="microphone" />
        ) : null}
        <span className={styles.name}>{name}</span>
      </div>
      <div className={styles.otherCorner}>
        <ConnectionMark person={person} name={name} className={styles.pin} />
      </div>
      <div className={styles.corner}>
        {onPin === undefined ? null : <PinButton id={id} name={name} pinned={pinned} onPin={onPin} />}
        {isLocal ? null : <PersonMenu person={person} className={styles.pin} />}
      </div>
    </li>
  );
}, isSame);

function isSame(before: TileProps, after: TileProps): boolean {
  return (
    shallowEqual(before.person, after.person) &&
    shallowEqual(before.rect, after.rect) &&
    before.role === after.role &&
    before.pinned === after.pinned &&
    before.onPin === after.onPin
  );
}
