import type { ErrorCode } from '@treff/protocol';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../design/controls.module.css';
import { Logo } from '../design/Logo.tsx';
import styles from './pages.module.css';

interface FailurePageProps {
  readonly code: ErrorCode | 'network/unreachable' | 'browser/unsupported';
  /** Who did it, and why in their words. */
  readonly person?: { readonly name: string; readonly reason: string | undefined } | undefined;
  /** Tries again by itself after this time. */
  readonly retryAfterMs?: number | undefined;
  /** Absent where trying again can't help. */
  readonly onRetry?: () => void;
}

/** Why there is no meeting, in plain words, and the way on. */
export function FailurePage({ code, person, retryAfterMs, onRetry }: FailurePageProps) {
  const { t } = useTranslation();
  const seconds = useCountdown(retryAfterMs, onRetry);
  return (
    <main className={styles.center}>
      <Logo size="3.5rem" />
      <div role="alert">
        <h1>{t(`error.${code}.title`)}</h1>
        <p className={styles.text}>{t(`error.${code}.text`)}</p>
        {person === undefined ? null : (
          <p className={styles.text}>
            {t('failed.by', { name: person.name === '' ? t('call.guest') : person.name })}
          </p>
        )}
        {person?.reason === undefined ? null : (
          <p className={styles.text}>{t('failed.reason', { reason: person.reason })}</p>
        )}
      </div>
      <div className={styles.buttons}>
        {code === 'protocol/version' ? (
          <button type="button" className={controls.primary} onClick={() => window.location.reload()}>
            {t('failed.reload')}
          </button>
        ) : null}
        {onRetry !== undefined && code !== 'protocol/version' ? (
          <button type="button" className={controls.primary} onClick={onRetry}>
            {t('failed.retry')}
          </button>
        ) : null}
        <a className={controls.secondary} href="/">
          {t('failed.home')}
        </a>
      </div>
      <p className={styles.code}>
        {seconds === undefined ? t('failed.code', { code }) : t('failed.retryIn', { count: seconds })}
      </p>
    </main>
  );
}

/** Whole seconds until `act` is called; undefined when there is nothing to wait for. */
function useCountdown(delayMs: number | undefined, act: (() => void) | undefined): number | undefined {
  const [seconds, setSeconds] = useState(() =>
    delayMs === undefined ? undefined : Math.ceil(delayMs / 1000),
  );
  useEffect(() => {
    if (seconds === undefined || act === undefined) return undefined;
    const timer = setTimeout(() => {
      if (seconds <= 1) act();
      else setSeconds(seconds - 1);
    }, 1000);
    return () => clearTimeout(timer);
  }, [seconds, act]);
  return act === undefined ? undefined : seconds;
}
