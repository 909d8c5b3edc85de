import { normaliseRoomName } from '@treff/protocol';
import { ArrowRight, Dices } from 'lucide-react';
import { useEffect, useId, useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { AccountCorner } from '../account/AccountCorner.tsx';
import { PageHeader } from '../app/PageHeader.tsx';
import { pathOf } from '../app/route.ts';
import controls from '../design/controls.module.css';
import { Illustration } from './Illustration.tsx';
import { RecentRooms } from './RecentRooms.tsx';
import { suggestRoomName } from './suggestion.ts';
import styles from './Welcome.module.css';

/** The page at `/`: choose a room and go there. */
export function Welcome() {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = t('app.title');
  }, [t]);
  return (
    <div className={styles.page}>
      <PageHeader isHome>
        <AccountCorner />
      </PageHeader>
      <main className={styles.main}>
        <section className={styles.pitch}>
          <h1>{t('welcome.headline')}</h1>
          <p>{t('welcome.lead')}</p>
          <RoomForm />
          <RecentRooms />
        </section>
        <Illustration className={styles.illustration ?? ''} />
      </main>
    </div>
  );
}

function RoomForm() {
  const { t } = useTranslation();
  const fieldId = useId();
  const hintId = useId();
  const [typed, setTyped] = useState('');
  const [suggestion, setSuggestion] = useState(() => suggestRoomName());
  const isEmpty = typed.trim() === '';
  const room = isEmpty ? suggestion : normaliseRoomName(typed);

  function start(event: SubmitEvent) {
    event.preventDefault();
    if (room !== undefined) window.location.assign(pathOf(room));
  }

  return (
    <form className={styles.form} onSubmit={start}>
      <label className={controls.label} htmlFor={fieldId}>
        {t('welcome.roomName')}
      </label>
      <div className={styles.row}>
        <div className={styles.fieldBox}>
          <input
            id={fieldId}
            className={`${controls.input} ${styles.input}`}
            value={typed}
            placeholder={suggestion}
            onChange={(event) => setTyped(event.target.value)}
            aria-describedby={hintId}
            aria-invalid={room === undefined}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            enterKeyHint="go"
          />
          {isEmpty ? (
            <button
              type="button"
              className={`${controls.quiet} ${controls.icon} ${styles.another}`}
              aria-label={t('welcome.another')}
              title={t('welcome.another')}
              onClick={() => setSuggestion(suggestRoomName())}
            >
              <Dices size="1.25rem" aria-hidden />
            </button>
          ) : null}
        </div>
        <button
          type="submit"
          className={`${controls.primary} ${styles.start}`}
          aria-disabled={room === undefined}
        >
          {t('welcome.start')}
          <ArrowRight size="1.125rem" aria-hidden />
        </button>
      </div>
      <p id={hintId} className={room === undefined ? styles.hintBad : styles.hint} aria-live="polite">
        {hint()}
      </p>
    </form>
  );

  function hint(): string {
    if (isEmpty) return t('welcome.hintSuggestion');
    if (room === undefined) return t('welcome.hintUnusable');
    return room === typed
      ? t('welcome.guessable')
      : `${t('welcome.hintNormalised', { room })} ${t('welcome.guessable')}`;
  }
}
