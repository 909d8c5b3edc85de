import { X } from 'lucide-react';
import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import controls from './controls.module.css';
import styles from './PaperDialog.module.css';

interface PaperDialogProps {
  readonly title: string;
  /** Called by Escape and by its own button. */
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The browser's own modal dialog, on paper; open for as long as it is rendered. It keeps the focus inside, and gives it back. */
export function PaperDialog({ title, onClose, children }: PaperDialogProps) {
  const { t } = useTranslation();
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  // Closed before it is taken out of the page: only then does the browser give the focus back.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        // Not while one of its own lists is closed by the key.
        if (event.target !== dialog.current) return;
        event.preventDefault();
        onClose();
      }}
    >
      <header className={styles.head}>
        <h2 id={titleId}>{title}</h2>
        <button
          type="button"
          className={`${controls.quiet} ${controls.icon} ${styles.close}`}
          aria-label={t('call.close')}
          onClick={onClose}
        >
          <X size="1.25rem" aria-hidden />
        </button>
      </header>
      <div className={styles.body}>{children}</div>
    </dialog>
  );
}
