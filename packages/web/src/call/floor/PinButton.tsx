import { Pin, PinOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { TileId } from '../people.ts';
import styles from './Tile.module.css';

interface PinButtonProps {
  readonly id: TileId;
  /** Of the person or screen. */
  readonly name: string;
  readonly pinned: boolean;
  readonly onPin: (id: TileId) => void;
}

/** Keeps a tile on the stage. */
export function PinButton({ id, name, pinned, onPin }: PinButtonProps) {
  const { t } = useTranslation();
  const label = pinned ? t('call.unpin', { name }) : t('call.pin', { name });
  return (
    <button
      type="button"
      className={styles.pin}
      data-pinned={pinned}
      aria-label={label}
      title={label}
      onClick={() => onPin(id)}
    >
      {pinned ? <PinOff size="1.125rem" aria-hidden /> : <Pin size="1.125rem" aria-hidden />}
    </button>
  );
}
