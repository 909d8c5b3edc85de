import { normaliseRoomName, USUAL_SETTINGS } from '@treff/protocol';
import { useId, useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../design/controls.module.css';
import { RefusalNote } from './RefusalNote.tsx';
import type { Refusal } from './request.ts';
import { roomsApi } from './rooms.ts';
import styles from './rooms.module.css';
import { isSignedOut } from './useLoaded.ts';

interface ReserveFormProps {
  /** The names that one has already. */
  readonly own: readonly string[];
  readonly onReserved: (room: string) => void;
}

/** Makes a name one's own. */
export function ReserveForm({ own, onReserved }: ReserveFormProps) {
  const { t } = useTranslation();
  const fieldId = useId();
  const hintId = useId();
  const [typed, setTyped] = useState('');
  const [sending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const isEmpty = typed.trim() === '';
  const room = isEmpty ? undefined : normaliseRoomName(typed);
  const isOwn = room !== undefined && own.includes(room);
  const isBad = !isEmpty && (room === undefined || isOwn);

  async function reserve(event: SubmitEvent) {
    event.preventDefault();
    if (room === undefined || isOwn || sending) return;
    setSending(true);
    setRefusal(undefined);
    const answer = await roomsApi.put(room, { settings: USUAL_SETTINGS });
    setSending(false);
    if (answer.ok) {
      setTyped('');
      onReserved(room);
    } else if (!isSignedOut(answer)) setRefusal(answer);
  }

  return (
    <form className={styles.reserve} onSubmit={(event) => void reserve(event)}>
      <label className={controls.label} htmlFor={fieldId}>
        {t('welcome.roomName')}
      </label>
      <div className={styles.row}>
        <input
          id={fieldId}
          className={`${controls.input} ${styles.grow}`}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setRefusal(undefined);
          }}
          aria-describedby={hintId}
          aria-invalid={isBad}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          enterKeyHint="done"
        />
        <button
          type="submit"
          className={controls.primary}
          aria-disabled={sending || room === undefined || isOwn}
        >
          {t('rooms.reserve')}
        </button>
      </div>
      <p id={hintId} className={isBad ? styles.hintBad : styles.hint} aria-live="polite">
        {hint()}
      </p>
      <RefusalNote refusal={refusal} />
    </form>
  );

  function hint(): string {
    if (isEmpty) return t('rooms.reserveHint');
    if (room === undefined) return t('welcome.hintUnusable');
    if (isOwn) return t('rooms.own', { room });
    return t('rooms.willReserve', { room });
  }
}
