import { Eye, EyeOff } from 'lucide-react';
import { useId, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import controls from './controls.module.css';
import styles from './PasswordField.module.css';

interface PasswordFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Characters. */
  readonly maxLength: number;
  /** Phones show their keys for numbers then. */
  readonly digits?: boolean;
  /** What is asked of it. */
  readonly note?: string | undefined;
  /** Why it was not taken, until something else is written. */
  readonly refusal?: string | undefined;
  readonly field?: RefObject<HTMLInputElement | null>;
}

/** A password that people tell each other: it can be looked at, and no program keeps it. */
export function PasswordField({
  label,
  value,
  onChange,
  maxLength,
  digits = false,
  note,
  refusal,
  field,
}: PasswordFieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <div className={controls.field}>
      <label className={controls.label} htmlFor={id}>
        {label}
      </label>
      <div className={styles.box}>
        <input
          ref={field}
          id={id}
          className={`${controls.input} ${styles.input}`}
          type={shown ? 'text' : 'password'}
          value={value}
          maxLength={maxLength}
          inputMode={digits ? 'numeric' : 'text'}
          autoComplete="off"
          autoCapitalize="off"
          autoCorrect="off"
          spellCheck={false}
          enterKeyHint="go"
          aria-invalid={refusal !== undefined}
          aria-describedby={`${id}-note`}
          onChange={(event) => onChange(event.target.value)}
        />
        <button
          type="button"
          className={styles.show}
          aria-label={shown ? t('password.hide') : t('password.show')}
          title={shown ? t('password.hide') : t('password.show')}
          onClick={() => setShown(!shown)}
        >
          <Icon size="1.25rem" aria-hidden />
        </button>
      </div>
      <div id={`${id}-note`} className={styles.note}>
        {note === undefined ? null : <p>{note}</p>}
        <p className={styles.refusal} role="alert">
          {refusal}
        </p>
      </div>
    </div>
  );
}
