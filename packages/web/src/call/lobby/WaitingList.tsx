import { DoorOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useMeetingState } from '../../room/MeetingContext.ts';
import { AdmitAll } from './AdmitAll.tsx';
import { Knocker } from './Knocker.tsx';
import styles from './lobby.module.css';

/** All who wait, for moderators; absent when nobody does. */
export function WaitingList() {
  const { t } = useTranslation();
  const knocking = useMeetingState((state) => state.conference?.knocking);
  if (knocking === undefined || knocking.length === 0) return null;
  const title = t('lobby.waiting', { count: knocking.length });
  return (
    <section className={styles.waiting} aria-label={title}>
      <header className={styles.head}>
        <DoorOpen size="1.25rem" aria-hidden />
        <h3>{title}</h3>
      </header>
      <ul className={styles.list}>
        {knocking.map((knocker) => (
          <Knocker key={knocker.id} knocker={knocker} />
        ))}
      </ul>
      <AdmitAll knocking={knocking} />
    </section>
  );
}
