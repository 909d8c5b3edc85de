import { UserRound } from 'lucide-react';
import { hueOf, initialsOf } from './avatar.ts';
import styles from './Tile.module.css';

interface AvatarProps {
  readonly id: string;
  readonly name: string;
}

/** Initials on a colour of their own; nothing is fetched for it. */
export function Avatar({ id, name }: AvatarProps) {
  const initials = initialsOf(name);
  return (
    <span className={styles.avatar} style={{ backgroundColor: `hsl(${hueOf(id)} 38% 34%)` }} aria-hidden>
      {initials === '' ? <UserRound /> : initials}
    </span>
  );
}
