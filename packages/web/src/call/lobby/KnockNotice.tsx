import type { KnockerView } from '@treff/protocol';
import { DoorOpen, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../../design/controls.module.css';
import { useMeetingState } from '../../room/MeetingContext.ts';
import { AdmitAll } from './AdmitAll.tsx';
import { createChime } from './chime.ts';
import { Knocker } from './Knocker.tsx';
import { newsSince, seenOf, unanswered, type Seen } from './knocks.ts';
import styles from './lobby.module.css';

/** People who are shown above the pictures; the list of participants has all. */
const SHOWN = 2;

const NOTHING_SEEN: Seen = new Map();

interface KnockNoticeProps {
  readonly knocking: readonly KnockerView[];
  /** The list of participants, which has all who wait, is open. */
  readonly hidden: boolean;
}

/** Moderators hear and see who knocks, and decide without looking for a place to do it. Put aside, it comes back with the next knock or word. */
export function KnockNotice({ knocking, hidden }: KnockNoticeProps) {
  const { t } = useTranslation();
  const [aside, setAside] = useState<Seen>(NOTHING_SEEN);
  const announced = useAnnounced(knocking);
  const shown = !hidden && newsSince(knocking, aside).length > 0;
  return (
    <>
      <p className={controls.hidden} role="status">
        {announced}
      </p>
      {shown ? (
        <section className={styles.knocks} aria-label={t('lobby.waiting', { count: knocking.length })}>
          <header className={styles.head}>
            <DoorOpen size="1.25rem" aria-hidden />
            <h2>{t('lobby.knocks', { count: knocking.length })}</h2>
            <button
              type="button"
              className={styles.round}
              aria-label={t('lobby.putAside')}
              title={t('lobby.putAside')}
              onClick={() => setAside(seenOf(knocking))}
            >
              <X size="1.25rem" aria-hidden />
            </button>
          </header>
          <ul className={styles.list}>
            {knocking.slice(0, SHOWN).map((knocker) => (
              <Knocker key={knocker.id} knocker={knocker} />
            ))}
          </ul>
          {knocking.length > SHOWN ? (
            <p className={styles.more}>{t('lobby.more', { count: knocking.length - SHOWN })}</p>
          ) : null}
          <AdmitAll knocking={knocking} />
        </section>
      ) : null}
    </>
  );
}

/** Sounds when somebody comes, or writes, also for whoever becomes a moderator while people wait; what to say of it. */
function useAnnounced(knocking: readonly KnockerView[]): string {
  const { t } = useTranslation();
  const speakerId = useMeetingState((state) => state.local.speakerId);
  const [chime] = useState(() => createChime());
  const heard = useRef(NOTHING_SEEN);
  const [announced, setAnnounced] = useState('');
  useEffect(() => {
    const latest = newsSince(knocking, heard.current).at(-1);
    heard.current = seenOf(knocking);
    if (latest === undefined) return;
    chime.ring(performance.now(), speakerId);
    const name = latest.displayName === '' ? t('call.guest') : latest.displayName;
    const text = unanswered(latest).at(-1)?.text;
    setAnnounced(text === undefined ? t('lobby.knocksNow', { name }) : t('lobby.says', { name, text }));
  }, [knocking, speakerId, chime, t]);
  return knocking.length === 0 ? '' : announced;
}
