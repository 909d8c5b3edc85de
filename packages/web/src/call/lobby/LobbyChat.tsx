import { LIMITS, type ErrorCode, type LobbyMessage } from '@treff/protocol';
import { SendHorizontal } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../../design/controls.module.css';
import styles from './lobby.module.css';

interface LobbyChatProps {
  readonly label: string;
  readonly messages: readonly LobbyMessage[];
  /** Whether the one who reads this is the one who waits. */
  readonly isKnocker: boolean;
  /** The person has just asked to write. */
  readonly takesFocus: boolean;
  /** Resolves with the code if it was refused. */
  readonly onSend: (text: string) => Promise<ErrorCode | undefined>;
}

/** A few words between the moderators and somebody who waits; light or dark as what is around it. */
export function LobbyChat({ label, messages, isKnocker, takesFocus, onSend }: LobbyChatProps) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const log = useRef<HTMLDivElement>(null);
  const [text, setText] = useState('');
  const [sending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<ErrorCode>();
  const newest = messages.at(-1);

  useEffect(() => {
    if (takesFocus) field.current?.focus();
  }, [takesFocus]);
  useLayoutEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [newest]);

  async function send() {
    if (sending || text.trim() === '') return;
    setSending(true);
    const code = await onSend(text);
    setSending(false);
    setRefusal(code);
    if (code === undefined) setText('');
    field.current?.focus();
  }

  return (
    <section className={styles.chat} aria-label={label}>
      <div ref={log} className={styles.log} role="log" aria-label={t('chat.messages')} tabIndex={0}>
        {messages.map((message, index) => (
          <Message key={index} message={message} isOwn={message.fromKnocker === isKnocker} />
        ))}
      </div>
      <p className={styles.refusal} role="alert">
        {refusal === undefined ? null : `${t(`error.${refusal}.title`)}. ${t(`error.${refusal}.text`)}`}
      </p>
      <form
        className={styles.row}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <input
          ref={field}
          className={controls.input}
          aria-label={t('chat.typeMessage')}
          placeholder={t('chat.typeMessage')}
          dir="auto"
          value={text}
          maxLength={LIMITS.lobbyMessageLength}
          autoComplete="off"
          enterKeyHint="send"
          onChange={(event) => {
            setText(event.target.value);
            setRefusal(undefined);
          }}
        />
        <button
          type="submit"
          className={`${controls.primary} ${controls.icon}`}
          aria-label={t('chat.send')}
          title={t('chat.send')}
          aria-disabled={sending || text.trim() === ''}
        >
          <SendHorizontal size="1.25rem" aria-hidden />
        </button>
      </form>
    </section>
  );
}

/** Other moderators write under their own names. */
function Message({ message, isOwn }: { readonly message: LobbyMessage; readonly isOwn: boolean }) {
  const { t, i18n } = useTranslation();
  const time = new Date(message.at);
  const clock = new Intl.DateTimeFormat(i18n.language, { hour: 'numeric', minute: '2-digit' });
  return (
    <article className={styles.message} data-own={isOwn || undefined}>
      <header>
        <strong>
          <bdi>{message.name === '' ? t('call.guest') : message.name}</bdi>
        </strong>
        <time dateTime={time.toISOString()}>{clock.format(time)}</time>
      </header>
      <p dir="auto">{message.text}</p>
    </article>
  );
}
