import { LIMITS } from '@treff/protocol';
import { useId, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../design/controls.module.css';
import type { Identity } from '../room/identity.ts';
import { signInHere } from '../room/signInHere.ts';
import styles from './Prejoin.module.css';

interface NameFieldProps {
  readonly identity: Identity;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Nobody goes on without one, and this person tried to. */
  readonly missing: boolean;
  readonly field?: RefObject<HTMLInputElement | null>;
}

const LABELS = { free: 'prejoin.name', account: 'prejoin.signedInAs', token: 'prejoin.fixedName' } as const;

/** The name under which the others will see one. Somebody whose name is the account's or the token's only reads it; who has an account and is not signed in finds the way there. */
export function NameField({ identity, value, onChange, missing, field }: NameFieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const { name } = identity;
  const note =
    name.from === 'account'
      ? t('prejoin.nameFromAccount')
      : name.from === 'token'
        ? t('prejoin.nameFromToken')
        : missing
          ? t('prejoin.nameMissing')
          : undefined;
  return (
    <div className={controls.field}>
      <label className={controls.label} htmlFor={id}>
        {t(LABELS[name.from])}
      </label>
      <input
        ref={field}
        id={id}
        className={controls.input}
        value={name.from === 'free' ? value : name.displayName}
        readOnly={name.from !== 'free'}
        maxLength={LIMITS.displayNameLength}
        onChange={(event) => onChange(event.target.value)}
        autoComplete="nickname"
        enterKeyHint="go"
        aria-invalid={missing}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
      />
      {note === undefined ? null : (
        <p
          id={`${id}-note`}
          className={missing ? styles.refusal : styles.note}
          role={missing ? 'alert' : undefined}
        >
          {note}
        </p>
      )}
      {name.from === 'free' && identity.canSignIn ? (
        <p className={styles.note}>
          {t('prejoin.haveAccount')} <a href={signInHere()}>{t('door.signIn')}</a>
        </p>
      ) : null}
    </div>
  );
}
