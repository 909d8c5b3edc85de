import type { ErrorCode, KnockerView } from '@treff/protocol';
import { MessageSquare } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMeeting } from '../../room/MeetingContext.ts';
import { unanswered } from './knocks.ts';
import { LobbyDialog } from './LobbyDialog.tsx';
import styles from './lobby.module.css';

/** Somebody who waits, and what moderators do about it. */
export function Knocker({ knocker }: { readonly knocker: KnockerView }) {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const [talking, setTalking] = useState(false);
  const [refusal, setRefusal] = useState<ErrorCode>();
  const { id, connection } = knocker;
  const name = knocker.displayName === '' ? t('call.guest') : knocker.displayName;
  const open = unanswered(knocker);
  const said = open.at(-1);

  async function decide(type: 'admit' | 'reject') {
    setRefusal(await meeting.ask({ type, knocker: id }));
  }

  return (
    <li className={styles.knocker}>
      <div className={styles.who}>
        <bdi>{name}</bdi>
        {knocker.verified ? <small>{t('lobby.verified')}</small> : null}
        {connection === 'interrupted' ? <small>{t('call.interrupted')}</small> : null}
        {said === undefined ? null : (
          <small className={styles.said} dir="auto">
            {said.text}
          </small>
        )}
        {refusal === undefined ? null : (
          <small role="alert">{`${t(`error.${refusal}.title`)}. ${t(`error.${refusal}.text`)}`}</small>
        )}
      </div>
      <div className={styles.actions}>
        <button
          type="button"
          className={styles.action}
          data-look="admit"
          aria-label={t('lobby.admitName', { name })}
          onClick={() => void decide('admit')}
        >
          {t('lobby.admit')}
        </button>
        <button
          type="button"
          className={styles.action}
          aria-label={t('lobby.rejectName', { name })}
          onClick={() => void decide('reject')}
        >
          {t('lobby.reject')}
        </button>
        <button
          type="button"
          className={styles.action}
          data-look="icon"
          aria-label={t('lobby.chatWith', { name })}
          title={t('lobby.chatWith', { name })}
          onClick={() => setTalking(true)}
        >
          <MessageSquare size="1.125rem" aria-hidden />
          {open.length === 0 ? null : (
            <span className={styles.badge} aria-hidden>
              {open.length}
            </span>
          )}
        </button>
      </div>
      {talking ? <LobbyDialog knocker={knocker} onClose={() => setTalking(false)} /> : null}
    </li>
  );
}
