import type { ErrorCode } from '@treff/protocol';
import { Eye, EyeOff, LoaderCircle, LogIn, TriangleAlert } from 'lucide-react';
import { useEffect, useId, useRef, useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { FailurePage } from '../app/FailurePage.tsx';
import { PageHeader } from '../app/PageHeader.tsx';
import { Splash } from '../app/Splash.tsx';
import controls from '../design/controls.module.css';
import { returnPath } from './returnPath.ts';
import { offersSignIn, sessionApi, type Session } from './session.ts';
import styles from './SignInPage.module.css';
import { codeIn, problemOf, waitOf, type SignInProblem } from './signInProblem.ts';
import { useErrorText } from './useErrorText.ts';
import { useSession } from './useSession.ts';

/** The page at `/login?return=/Room&error=code`: signs in and goes on to where one wanted to be. */
export function SignInPage() {
  const { t } = useTranslation();
  const { state, retry } = useSession();
  const [{ goal, error }] = useState(() => {
    const { search, origin } = window.location;
    return { goal: returnPath(new URLSearchParams(search).get('return'), origin), error: codeIn(search) };
  });
  useEffect(() => {
    document.title = `${t('signIn.title')} | ${t('app.title')}`;
  }, [t]);
  const isSignedIn = state.name === 'here' && state.session.account !== null;
  useEffect(() => {
    if (isSignedIn) window.location.replace(goal);
  }, [isSignedIn, goal]);

  if (state.name === 'failed') return <FailurePage code={state.code} onRetry={retry} />;
  if (state.name === 'loading' || isSignedIn) return <Splash />;
  return (
    <div className={styles.page}>
      <PageHeader />
      <main className={styles.main}>
        <div className={styles.card}>
          {offersSignIn(state.session) ? (
            <Ways session={state.session} goal={goal} error={error} />
          ) : (
            <>
              <h1>{t('signIn.unavailable')}</h1>
              <p className={styles.lead}>{t('signIn.unavailableText')}</p>
              <a className={controls.primary} href="/">
                {t('failed.home')}
              </a>
            </>
          )}
        </div>
      </main>
    </div>
  );
}

interface WaysProps {
  readonly session: Session;
  readonly goal: string;
  /** The code with which the provider's way ended. */
  readonly error: ErrorCode | undefined;
}

function Ways({ session: { signIn }, goal, error }: WaysProps) {
  const { t } = useTranslation();
  const [problem, setProblem] = useState(() => (error === undefined ? undefined : problemOf(error)));
  return (
    <>
      <h1>{t('signIn.title')}</h1>
      <Problem problem={problem} />
      {signIn.password ? <PasswordForm goal={goal} onProblem={setProblem} /> : null}
      {signIn.password && signIn.oidc !== null ? <p className={styles.or}>{t('signIn.or')}</p> : null}
      {signIn.oidc === null ? null : (
        <a
          className={signIn.password ? controls.secondary : controls.primary}
          href={`/login/oidc?return=${encodeURIComponent(goal)}`}
        >
          <LogIn size="1.125rem" aria-hidden />
          {t('signIn.with', { provider: signIn.oidc.label })}
        </a>
      )}
    </>
  );
}

function Problem({ problem }: { readonly problem: SignInProblem | undefined }) {
  const { t } = useTranslation();
  const textOf = useErrorText();
  return (
    <div role="alert" className={styles.alert}>
      {problem === undefined ? null : (
        <p className={styles.problem}>
          <TriangleAlert size="1.25rem" aria-hidden />
          <span>{text(problem)}</span>
        </p>
      )}
    </div>
  );

  function text(problem: SignInProblem): string {
    if (problem.name === 'other') return textOf(problem.code);
    const what = t(`signIn.problem.${problem.name}`);
    const wait = waitOf(problem.retryAfterMs);
    if (wait === undefined) return what;
    return `${what} ${wait.unit === 'minutes' ? t('signIn.waitMinutes', { count: wait.count }) : t('signIn.waitSeconds', { count: wait.count })}`;
  }
}

interface PasswordFormProps {
  readonly goal: string;
  readonly onProblem: (problem: SignInProblem | undefined) => void;
}

function PasswordForm({ goal, onProblem }: PasswordFormProps) {
  const { t } = useTranslation();
  const id = useId();
  const nameField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const [sending, setSending] = useState(false);
  const [waitMs, setWaitMs] = useState(0);
  useEffect(() => {
    // Where touch brings up a keyboard that hides half of the page, people begin by themselves.
    if (window.matchMedia('(pointer: fine)').matches) nameField.current?.focus();
  }, []);
  useEffect(() => {
    if (waitMs === 0) return undefined;
    const timer = setTimeout(() => {
      setWaitMs(0);
      onProblem(undefined);
    }, waitMs);
    return () => clearTimeout(timer);
  }, [waitMs, onProblem]);

  async function signIn(event: SubmitEvent) {
    event.preventDefault();
    if (sending || waitMs > 0) return;
    setSending(true);
    onProblem(undefined);
    const answer = await sessionApi.signIn(name.trim(), password);
    if (answer.ok) {
      window.location.assign(goal);
      return;
    }
    setSending(false);
    setWaitMs(answer.retryAfterMs ?? 0);
    onProblem(problemOf(answer.code, answer.retryAfterMs));
    passwordField.current?.select();
  }

  return (
    <form className={styles.form} method="post" onSubmit={(event) => void signIn(event)}>
      <div className={controls.field}>
        <label className={controls.label} htmlFor={`${id}-name`}>
          {t('signIn.name')}
        </label>
        <input
          ref={nameField}
          id={`${id}-name`}
          className={controls.input}
          name="username"
          value={name}
          required
          onChange={(event) => setName(event.target.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
        />
      </div>
      <div className={controls.field}>
        <label className={controls.label} htmlFor={`${id}-password`}>
          {t('signIn.password')}
        </label>
        <div className={styles.passwordBox}>
          <input
            ref={passwordField}
            id={`${id}-password`}
            className={`${controls.input} ${styles.password}`}
            name="password"
            type={shown ? 'text' : 'password'}
            value={password}
            required
            onChange={(event) => setPassword(event.target.value)}
            autoComplete="current-password"
            autoCapitalize="none"
            spellCheck={false}
            enterKeyHint="go"
          />
          <button
            type="button"
            className={`${controls.quiet} ${controls.icon} ${styles.show}`}
            aria-label={t('signIn.showPassword')}
            aria-pressed={shown}
            title={t('signIn.showPassword')}
            onClick={() => setShown(!shown)}
          >
            {shown ? <EyeOff size="1.25rem" aria-hidden /> : <Eye size="1.25rem" aria-hidden />}
          </button>
        </div>
      </div>
      <button
        type="submit"
        className={`${controls.primary} ${styles.submit}`}
        aria-disabled={sending || waitMs > 0}
      >
        {sending ? <LoaderCircle className={styles.spinner} size="1.125rem" aria-hidden /> : null}
        {sending ? t('signIn.signingIn') : t('signIn.title')}
      </button>
    </form>
  );
}
