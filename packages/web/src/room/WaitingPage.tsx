import type { MeetingPhase } from '@treff/client/media';
import { LIMITS } from '@treff/protocol';
import { DoorOpen, Hourglass, KeyRound, LoaderCircle, MessageSquare } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LobbyChat } from '../call/lobby/LobbyChat.tsx';
import controls from '../design/controls.module.css';
import { PasswordField } from '../design/PasswordField.tsx';
import { Arrival } from '../prejoin/Arrival.tsx';
import styles from '../prejoin/Prejoin.module.css';
import type { Identity } from './identity.ts';
import { useMeeting } from './MeetingContext.ts';
import { signInHere } from './signInHere.ts';

interface WaitingPageProps {
  readonly phase: Extract<MeetingPhase, { name: 'waiting' }>;
  readonly identity: Identity;
  /** Under which the moderators see who waits. */
  readonly displayName: string;
  /** A password would open, too. */
  readonly hasPassword: boolean;
}

/** Before the meeting, until somebody opens: one comes in by oneself then. */
export function WaitingPage({ phase, identity, displayName, hasPassword }: WaitingPageProps) {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const forHost = phase.for === 'host';
  const Icon = forHost ? Hourglass : DoorOpen;
  return (
    <div className={styles.parts}>
      <div className={styles.waiting}>
        <Icon size="1.5rem" aria-hidden />
        <div role="status">
          <Arrival key={phase.for}>{t(`waiting.title.${phase.for}`)}</Arrival>
          <p className={styles.text}>{t(`waiting.text.${phase.for}`)}</p>
          {forHost || displayName === '' ? null : (
            <p className={styles.text}>{t('waiting.seenAs', { name: displayName })}</p>
          )}
          {phase.session === 'connected' ? null : (
            <p className={styles.lost}>
              <LoaderCircle className={styles.spinner} size="1.25rem" aria-hidden />
              {t('waiting.reconnecting')}
            </p>
          )}
        </div>
      </div>
      {forHost ? null : <Talk messages={phase.messages} />}
      {hasPassword && !forHost ? <Password refusal={phase.refusal} /> : null}
      <div className={styles.buttons}>
        {forHost && identity.canSignIn ? (
          <a className={controls.primary} href={signInHere()}>
            {t('waiting.iAmHost')}
          </a>
        ) : null}
        <button type="button" className={controls.secondary} onClick={() => meeting.leave()}>
          {t('waiting.leave')}
        </button>
      </div>
    </div>
  );
}

/** With the moderators; there once somebody wants to say something. */
function Talk({ messages }: Pick<WaitingPageProps['phase'], 'messages'>) {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const [opened, setOpened] = useState(false);
  if (!opened && messages.length === 0) {
    return (
      <button type="button" className={`${controls.quiet} ${styles.write}`} onClick={() => setOpened(true)}>
        <MessageSquare size="1.125rem" aria-hidden />
        {t('waiting.write')}
      </button>
    );
  }
  return (
    <LobbyChat
      label={t('waiting.write')}
      messages={messages}
      isKnocker
      takesFocus={opened}
      onSend={async (text) => {
        meeting.sayInLobby(text);
        return undefined;
      }}
    />
  );
}

/** For somebody who remembers it while they wait. Who waits goes on waiting whatever comes of it. */
function Password({ refusal }: Pick<WaitingPageProps['phase'], 'refusal'>) {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const field = useRef<HTMLInputElement>(null);
  const [opened, setOpened] = useState(false);
  const [password, setPassword] = useState('');
  /** Not asked yet, or something else was written since. */
  const [changed, setChanged] = useState(true);
  useEffect(() => {
    if (opened) field.current?.focus();
  }, [opened]);
  if (!opened) {
    return (
      <button type="button" className={`${controls.quiet} ${styles.write}`} onClick={() => setOpened(true)}>
        <KeyRound size="1.125rem" aria-hidden />
        {t('waiting.password')}
      </button>
    );
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (password === '') return;
        setChanged(false);
        meeting.enter({ password });
      }}
    >
      <PasswordField
        label={t('password.label')}
        value={password}
        maxLength={LIMITS.roomPasswordLength}
        field={field}
        refusal={
          changed || refusal === undefined
            ? undefined
            : `${t(`error.${refusal}.title`)}. ${t(`error.${refusal}.text`)}`
        }
        onChange={(value) => {
          setPassword(value);
          setChanged(true);
        }}
      />
      <button type="submit" className={controls.secondary}>
        {t('prejoin.join')}
      </button>
    </form>
  );
}
