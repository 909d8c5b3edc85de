import type { KnockerView } from '@treff/protocol';
import { DoorOpen, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { AdmitAll } from './AdmitAll.tsx';
import { Knocker } from './Knocker.tsx';
import styles from './lobby.module.css';

/** People who are shown above the pictures; the list of participants has all. */
const SHOWN = 2;

interface KnocksProps {
  readonly knocking: readonly KnockerView[];
  readonly onPutAside: () => void;
}

/** Who waits, above the pictures, and what to do about it. */
export function Knocks({ knocking, onPutAside }: KnocksProps) {
  const { t } = useTranslation();
  return (
    <section className={styles.knocks} aria-label={t('lobby.waiting', { count: knocking.length })}>
      <header className={styles.head}>
        <DoorOpen size="1.25rem" aria-hidden />
        <h2>{t('lobby.knocks', { count: knocking.length })}</h2>
        <button
          type="button"
          className={styles.round}
          aria-label={t('lobby.putAside')}
          title={t('lobby.putAside')}
          onClick={onPutAside}
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
  );
}
