import type { PeopleCommand } from '@treff/client/media';
import type { AccessView, ErrorCode } from '@treff/protocol';
import { Check, Copy } from 'lucide-react';
import { useEffect, useRef, useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../../design/controls.module.css';
import { PasswordField } from '../../design/PasswordField.tsx';
import { useMeeting } from '../../room/MeetingContext.ts';
import panels from '../panels/panels.module.css';
import { ownPassword, rememberOwnPassword } from './ownPassword.ts';
import { isFit, longestPassword } from './password.ts';
import styles from './security.module.css';

interface PasswordSectionProps {
  readonly access: AccessView;
  readonly onAsk: (command: PeopleCommand) => Promise<ErrorCode | undefined>;
}

/** Whether the meeting has a password, and all that can be done about it. */
export function PasswordSection({ access, onAsk }: PasswordSectionProps) {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const [changing, setChanging] = useState(false);
  /** What was pressed is gone with what it changed; what comes in its place takes the focus. */
  const [touched, setTouched] = useState(false);
  const known = ownPassword(meeting);

  async function set(password: string | undefined) {
    const code = await onAsk({ type: 'set-password', ...(password !== undefined && { password }) });
    if (code !== undefined) return;
    rememberOwnPassword(meeting, password);
    setTouched(true);
    setChanging(false);
  }

  return (
    <section className={panels.section}>
      <h3>{t('security.password')}</h3>
      {access.password && !changing ? (
        <>
          <p className={panels.soft}>
            {known === undefined ? t('security.passwordOfOther') : t('security.passwordIsSet')}
          </p>
          {known === undefined ? null : <Known password={known} takesFocus={touched} />}
          <div className={styles.buttons}>
            <button
              type="button"
              className={styles.plain}
              onClick={() => {
                setTouched(true);
                setChanging(true);
              }}
            >
              {t('security.changePassword')}
            </button>
            <button type="button" className={styles.plain} onClick={() => void set(undefined)}>
              {t('security.removePassword')}
            </button>
          </div>
        </>
      ) : (
        <PasswordForm
          access={access}
          takesFocus={touched}
          onSet={set}
          onCancel={access.password ? () => setChanging(false) : undefined}
        />
      )}
    </section>
  );
}

/** The password, for whoever set it to pass on. */
function Known({ password, takesFocus }: { readonly password: string; readonly takesFocus: boolean }) {
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (takesFocus) button.current?.focus();
  }, [takesFocus]);
  const [outcome, setOutcome] = useState<'none' | 'copied' | 'failed'>('none');
  async function copy() {
    try {
      await navigator.clipboard.writeText(password);
      setOutcome('copied');
    } catch {
      // Pages without https have no clipboard, and people may refuse it.
      setOutcome('failed');
    }
  }
  const Icon = outcome === 'copied' ? Check : Copy;
  return (
    <div className={styles.known}>
      <span className={panels.link}>{password}</span>
      <button ref={button} type="button" className={styles.plain} onClick={() => void copy()}>
        <Icon size="1.125rem" aria-hidden />
        {outcome === 'copied' ? t('security.passwordCopied') : t('security.copyPassword')}
      </button>
      <p role="status" className={panels.copyFailed}>
        {outcome === 'failed' ? t('security.copyFailed') : ''}
      </p>
    </div>
  );
}

interface PasswordFormProps {
  readonly access: AccessView;
  readonly takesFocus: boolean;
  readonly onSet: (password: string) => Promise<void>;
  readonly onCancel: (() => void) | undefined;
}

function PasswordForm({ access, takesFocus, onSet, onCancel }: PasswordFormProps) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (takesFocus) field.current?.focus();
  }, [takesFocus]);
  const [password, setPassword] = useState('');
  const [unfit, setUnfit] = useState(false);
  const { passwordDigits: digits } = access;
  const note =
    digits === undefined ? t('security.passwordNote') : t('security.passwordDigits', { count: digits });

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (isFit(password, access)) void onSet(password);
    else {
      setUnfit(true);
      field.current?.focus();
    }
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      <PasswordField
        label={t('security.newPassword')}
        value={password}
        maxLength={longestPassword(access)}
        digits={digits !== undefined}
        field={field}
        note={note}
        refusal={unfit ? t('error.room/password-unfit.title') : undefined}
        onChange={(value) => {
          setPassword(value);
          setUnfit(false);
        }}
      />
      <div className={styles.buttons}>
        <button type="submit" className={controls.primary}>
          {t('security.setPassword')}
        </button>
        {onCancel === undefined ? null : (
          <button type="button" className={styles.plain} onClick={onCancel}>
            {t('security.cancel')}
          </button>
        )}
      </div>
    </form>
  );
}
