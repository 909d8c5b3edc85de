import { LoaderCircle, TriangleAlert, X } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../../design/controls.module.css';
import panels from '../panels/panels.module.css';
import styles from './later.module.css';
import { useSeldom, type SeldomParts } from './useSeldom.ts';

interface SeldomProps {
  /** Says what is coming for as long as it isn't there. */
  readonly title: string;
  /** Where it will be: beside the pictures or over them. */
  readonly place: 'beside' | 'over';
  readonly onClose: () => void;
  readonly children: (parts: SeldomParts) => ReactNode;
}

/** Milliseconds for which nothing is shown: most of the time it is there before. A menu that was used gives its focus back meanwhile. */
const PATIENCE_MS = 200;

/** Renders what is opened seldom: at once if it was loaded already, else when it comes. If it does not come, that is said, and the call goes on. */
export function Seldom({ title, place, onClose, children }: SeldomProps) {
  const { state, retry } = useSeldom();
  const [waited, setWaited] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setWaited(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  const isHere = state.name === 'here';
  const [replaces, setReplaces] = useState(isHere);
  // What was shown meanwhile goes a moment earlier and gives the focus back: a dialog notes at its first rendering where that was.
  useEffect(() => setReplaces(isHere), [isHere]);
  if (isHere && (replaces || !waited)) return children(state.module);
  if (isHere || !waited) return null;
  const content = (
    <Waiting title={title} onRetry={state.name === 'failed' ? retry : undefined} onClose={onClose} />
  );
  return place === 'beside' ? (
    <aside
      className={panels.panel}
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      {content}
    </aside>
  ) : (
    <Over title={title} onClose={onClose}>
      {content}
    </Over>
  );
}

interface WaitingProps {
  readonly title: string;
  /** Present if it could not be loaded. */
  readonly onRetry: (() => void) | undefined;
  readonly onClose: () => void;
}

function Waiting({ title, onRetry, onClose }: WaitingProps) {
  const { t } = useTranslation();
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    close.current?.focus();
    return () => {
      // Before what was waited for takes the focus, so that it comes back to where it was.
      const isLost = document.activeElement === null || document.activeElement === document.body;
      if (isLost && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <>
      <header className={panels.head}>
        <h2>{title}</h2>
        <button
          ref={close}
          type="button"
          className={panels.close}
          aria-label={t('call.close')}
          onClick={onClose}
        >
          <X size="1.25rem" aria-hidden />
        </button>
      </header>
      <p className={styles.state} role="status">
        {onRetry === undefined ? (
          <>
            <LoaderCircle className={styles.spinner} size="1.25rem" aria-hidden />
            {t('app.loading')}
          </>
        ) : (
          <>
            <TriangleAlert size="1.25rem" aria-hidden />
            {t('later.failed')}
          </>
        )}
      </p>
      {onRetry === undefined ? null : (
        <button type="button" className={controls.primary} onClick={onRetry}>
          {t('failed.retry')}
        </button>
      )}
    </>
  );
}

interface OverProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The browser's own dialog: react-aria's is among what is being loaded. */
function Over({ title, onClose, children }: OverProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className={styles.over} aria-label={title} onCancel={onClose}>
      {children}
    </dialog>
  );
}
