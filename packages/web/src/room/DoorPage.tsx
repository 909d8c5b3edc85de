import type { EnterOptions, MeetingPhase } from '@treff/client/media';
import { LIMITS } from '@treff/protocol';
import { DoorOpen, LoaderCircle } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../design/controls.module.css';
import { PasswordField } from '../design/PasswordField.tsx';
import { Arrival } from '../prejoin/Arrival.tsx';
import { NameField } from '../prejoin/NameField.tsx';
import styles from '../prejoin/Prejoin.module.css';
import { keyTo } from './door.ts';
import type { Identity } from './identity.ts';
import { signInHere } from './signInHere.ts';
import { useSecondsLeft } from './useSecondsLeft.ts';

export type Barred = Extract<MeetingPhase, { name: 'barred' }>;

interface DoorPageProps {
  readonly door: Barred;
  readonly identity: Identity;
  readonly displayName: string;
  /** What the person did about it is on its way. */
  readonly pending: boolean;
  readonly onEnter: (options: EnterOptions) => void;
  /** Comes anew, without what the link brought. */
  readonly onAsGuest: () => void;
}

/** The door is shut: why, and what opens it. Nothing is told of the meeting but its rules. */
export function DoorPage(props: DoorPageProps) {
  const { door, identity, displayName, pending, onEnter } = props;
  const { t } = useTranslation();
  const key = keyTo(door.code);
  // A name that was written for one way in is there for the other.
  const [name, setName] = useState(displayName);
  const named = { identity, name, onName: setName, pending, onEnter };
  switch (key) {
    case 'password':
      return (
        <div className={styles.parts}>
          <PasswordForm door={door} pending={pending} onEnter={onEnter} />
          {door.canKnock ? (
            <>
              <p className={styles.or}>{t('door.or')}</p>
              <KnockForm look="secondary" {...named} />
            </>
          ) : null}
        </div>
      );
    case 'knock':
      return (
        <div className={styles.parts}>
          <Reason code={door.code} />
          <KnockForm look="primary" {...named} />
        </div>
      );
    case 'name':
      return (
        <div className={styles.parts}>
          <Reason code={door.code} />
          <NameForm {...named} />
        </div>
      );
    case 'signIn':
    case 'asGuest':
    case 'patience':
      return <Closed {...props} />;
  }
}

function Reason({ code }: { readonly code: Barred['code'] }) {
  const { t } = useTranslation();
  return (
    <div>
      <Arrival key={code}>{t(`error.${code}.title`)}</Arrival>
      <p className={styles.text}>{t(`error.${code}.text`)}</p>
    </div>
  );
}

function PasswordForm({ door, pending, onEnter }: Pick<DoorPageProps, 'door' | 'pending' | 'onEnter'>) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const [password, setPassword] = useState('');
  /** The refusal that is past, because something else was written since. */
  const [past, setPast] = useState<Barred>();
  const seconds = useSecondsLeft(
    door.code === 'room/too-many-attempts' ? door.retryAfterMs : undefined,
    door,
  );

  // Also after a refusal: what was wrong is marked, and the next try overwrites it.
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [door]);

  function enter(event: SubmitEvent) {
    event.preventDefault();
    if (pending || seconds > 0) return;
    if (password === '') field.current?.focus();
    else onEnter({ password });
  }

  return (
    <form className={styles.form} onSubmit={enter}>
      <div>
        <h1>{t('error.room/password-required.title')}</h1>
        <p className={styles.text}>{t('error.room/password-required.text')}</p>
      </div>
      <PasswordField
        label={t('password.label')}
        value={password}
        maxLength={LIMITS.roomPasswordLength}
        field={field}
        note={seconds > 0 ? t('door.retryIn', { count: seconds }) : undefined}
        refusal={
          door.code === 'room/password-required' || past === door || pending
            ? undefined
            : `${t(`error.${door.code}.title`)}. ${t(`error.${door.code}.text`)}`
        }
        onChange={(value) => {
          setPassword(value);
          if (door.code === 'room/password-wrong') setPast(door);
        }}
      />
      <SubmitButton look="primary" pending={pending} disabled={seconds > 0}>
        {t('prejoin.join')}
      </SubmitButton>
    </form>
  );
}

interface NamedProps extends Pick<DoorPageProps, 'identity' | 'pending' | 'onEnter'> {
  readonly name: string;
  readonly onName: (name: string) => void;
}

/** Whoever asks to be let in says who they are. */
function KnockForm({ look, ...props }: NamedProps & { readonly look: 'primary' | 'secondary' }) {
  const { t } = useTranslation();
  return (
    <NeedsName
      {...props}
      intro={look === 'secondary' ? t('door.askText') : undefined}
      enter={(displayName) => ({ displayName, knock: true })}
    >
      <SubmitButton look={look} pending={props.pending}>
        <DoorOpen size="1.25rem" aria-hidden />
        {t('door.ask')}
      </SubmitButton>
    </NeedsName>
  );
}

function NameForm(props: NamedProps) {
  const { t } = useTranslation();
  return (
    <NeedsName {...props} enter={(displayName) => ({ displayName })}>
      <SubmitButton look="primary" pending={props.pending}>
        {t('prejoin.join')}
      </SubmitButton>
    </NeedsName>
  );
}

interface NeedsNameProps extends NamedProps {
  readonly intro?: string | undefined;
  readonly enter: (displayName: string) => EnterOptions;
  readonly children: ReactNode;
}

function NeedsName({ identity, name, onName, pending, onEnter, intro, enter, children }: NeedsNameProps) {
  const field = useRef<HTMLInputElement>(null);
  const [missing, setMissing] = useState(false);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (pending) return;
        const given = identity.name.from === 'free' ? name.trim() : identity.name.displayName;
        if (given === '') {
          setMissing(true);
          field.current?.focus();
        } else onEnter(enter(given));
      }}
    >
      {intro === undefined ? null : <p className={styles.text}>{intro}</p>}
      <NameField
        identity={identity}
        value={name}
        field={field}
        missing={missing}
        onChange={(value) => {
          onName(value);
          setMissing(false);
        }}
      />
      {children}
    </form>
  );
}

/** Nothing to say here opens it, but perhaps time, or somebody else. */
function Closed({ door, identity, pending, onEnter, onAsGuest }: DoorPageProps) {
  const { t } = useTranslation();
  const key = keyTo(door.code);
  const again = () => {
    if (!pending) onEnter({});
  };
  const seconds = useSecondsLeft(door.retryAfterMs, door, again);
  const signIn = key === 'signIn' && identity.canSignIn;
  return (
    <div className={styles.parts}>
      <Reason code={door.code} />
      <div className={styles.buttons}>
        {signIn ? (
          <a className={controls.primary} href={signInHere()}>
            {t('door.signIn')}
          </a>
        ) : null}
        {key === 'asGuest' ? (
          <button type="button" className={controls.primary} onClick={onAsGuest}>
            {t('door.asGuest')}
          </button>
        ) : (
          <button
            type="button"
            className={signIn ? controls.secondary : controls.primary}
            aria-disabled={pending}
            onClick={again}
          >
            {pending ? <LoaderCircle className={styles.spinner} size="1.125rem" aria-hidden /> : null}
            {t('failed.retry')}
          </button>
        )}
      </div>
      {seconds > 0 ? <p className={styles.note}>{t('failed.retryIn', { count: seconds })}</p> : null}
    </div>
  );
}

interface SubmitButtonProps {
  readonly look: 'primary' | 'secondary';
  readonly pending: boolean;
  readonly disabled?: boolean;
  readonly children: ReactNode;
}

function SubmitButton({ look, pending, disabled = false, children }: SubmitButtonProps) {
  return (
    <button
      type="submit"
      className={`${controls[look]} ${styles.join}`}
      aria-disabled={pending || disabled}
      aria-busy={pending}
    >
      {pending ? <LoaderCircle className={styles.spinner} size="1.125rem" aria-hidden /> : null}
      {children}
    </button>
  );
}
