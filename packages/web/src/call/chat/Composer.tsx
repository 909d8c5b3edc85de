import type { ErrorCode } from '@treff/protocol';
import { Lock, SendHorizontal, Users } from 'lucide-react';
import { useEffect, useRef, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { Select } from '../../design/Select.tsx';
import { useMeeting } from '../../room/MeetingContext.ts';
import { useName } from '../floor/useName.ts';
import type { Person } from '../people.ts';
import styles from './chat.module.css';
import type { Draft } from './draft.ts';

interface ComposerProps {
  readonly people: readonly Person[];
  readonly kept: RefObject<Draft>;
}

/** Where one writes. What is refused stays in the field, with the reason beside it. */
export function Composer({ people, kept }: ComposerProps) {
  const { t } = useTranslation();
  const nameOf = useName();
  const meeting = useMeeting();
  const field = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState(kept.current);
  const [sending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<ErrorCode>();
  const { text, to } = draft;

  useEffect(() => field.current?.focus(), []);

  function change(part: Partial<Draft>) {
    kept.current = { ...kept.current, ...part };
    setDraft(kept.current);
    setRefusal(undefined);
  }

  async function send() {
    if (sending || text.trim() === '') return;
    setSending(true);
    const code = await meeting.sendMessage({ text, to: to?.id });
    setSending(false);
    if (code === undefined) {
      // Unless the next one was begun meanwhile.
      if (kept.current.text === text) change({ text: '' });
    } else setRefusal(code);
    field.current?.focus();
  }

  const others = people.filter((person) => !person.isLocal);
  const options = [
    { value: '', label: t('chat.everyone') },
    ...others.map((person) => ({ value: person.id, label: nameOf(person) })),
  ];
  // Who left stays chosen: what is private must not go to everybody by surprise.
  if (to !== undefined && !others.some(({ id }) => id === to.id))
    options.push({ value: to.id, label: t('chat.gone', { name: to.name }) });

  return (
    <form
      className={styles.composer}
      data-private={to === undefined ? undefined : ''}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Select
        label={t('chat.sendTo')}
        icon={to === undefined ? Users : Lock}
        value={to?.id ?? ''}
        options={options}
        hideLabel
        onChange={(id) => {
          const person = others.find((other) => other.id === id);
          change({ to: person === undefined ? undefined : { id: person.id, name: nameOf(person) } });
        }}
      />
      {to === undefined ? null : <p className={styles.privacy}>{t('chat.onlySees', { name: to.name })}</p>}
      <p className={styles.refusal} role="alert">
        {refusal === undefined ? null : `${t(`error.${refusal}.title`)}. ${t(`error.${refusal}.text`)}`}
      </p>
      <div className={styles.row}>
        <textarea
          ref={field}
          className={styles.field}
          aria-label={t('chat.typeMessage')}
          placeholder={t('chat.typeMessage')}
          dir="auto"
          rows={1}
          value={text}
          onChange={(event) => change({ text: event.target.value })}
          onKeyDown={(event) => {
            // While an input method composes, Enter chooses a word.
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            void send();
          }}
        />
        <button
          type="submit"
          className={styles.send}
          aria-label={t('chat.send')}
          title={t('chat.send')}
          aria-disabled={sending || text.trim() === ''}
        >
          <SendHorizontal size="1.25rem" aria-hidden />
        </button>
      </div>
    </form>
  );
}
