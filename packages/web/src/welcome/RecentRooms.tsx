import { Clock, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { recentRooms, withoutRoom, type RecentRoom } from '../app/recentRooms.ts';
import { pathOf } from '../app/route.ts';
import controls from '../design/controls.module.css';
import styles from './Welcome.module.css';

/** The rooms this browser was in; nothing when there are none. */
export function RecentRooms() {
  const { t, i18n } = useTranslation();
  const [rooms, setRooms] = useState(() => recentRooms.get());
  if (rooms.length === 0) return null;

  function keep(remaining: readonly RecentRoom[]) {
    recentRooms.set(remaining);
    setRooms(remaining);
  }
  const date = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' });

  return (
    <section className={styles.recent} aria-label={t('welcome.recent')}>
      <div className={styles.recentHead}>
        <h2>{t('welcome.recent')}</h2>
        <button type="button" className={controls.quiet} onClick={() => keep([])}>
          {t('welcome.clear')}
        </button>
      </div>
      <ul className={styles.rooms}>
        {rooms.map(({ room, at }) => (
          <li key={room} className={styles.room}>
            <a href={pathOf(room)}>
              <Clock size="1.125rem" aria-hidden />
              <span className={styles.roomName}>{room}</span>
              <time dateTime={new Date(at).toISOString()}>{date.format(at)}</time>
            </a>
            <button
              type="button"
              className={`${controls.quiet} ${controls.icon}`}
              aria-label={t('welcome.remove', { room })}
              onClick={() => keep(withoutRoom(rooms, room))}
            >
              <X size="1.125rem" aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      <p className={styles.hint}>{t('welcome.recentNote')}</p>
    </section>
  );
}
