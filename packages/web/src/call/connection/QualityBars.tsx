import type { ConnectionQuality } from '@treff/protocol';
import styles from './quality.module.css';

/** Of three bars so many are full. */
const FULL = { good: 3, fair: 2, poor: 1, lost: 0 } as const satisfies Readonly<
  Record<ConnectionQuality, number>
>;

/** Three bars of growing height: told apart by how many are full, and a stroke through them if nothing comes, not by colour alone. */
export function QualityBars({ quality }: { readonly quality: ConnectionQuality }) {
  return (
    <svg
      className={styles.bars}
      data-quality={quality}
      viewBox="0 0 18 18"
      width="1.125rem"
      height="1.125rem"
      aria-hidden
    >
      {[0, 1, 2].map((index) => (
        <rect
          key={index}
          className={index < FULL[quality] ? styles.full : styles.empty}
          x={1.5 + index * 5.5}
          y={11 - index * 4.5}
          width="4"
          height={5.5 + index * 4.5}
          rx="1"
        />
      ))}
      {quality === 'lost' ? <path className={styles.stroke} d="M2 2 L16 16" /> : null}
    </svg>
  );
}
