import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { pathOf } from '../../app/route.ts';
import controls from '../../design/controls.module.css';
import { useMeetingState } from '../../room/MeetingContext.ts';
import styles from './panels.module.css';

/** The room's address and a button that copies it. What else the page's own address says stays here. */
export function CopyLink() {
  const { t } = useTranslation();
  const room = useMeetingState((state) => state.room);
  const [outcome, setOutcome] = useState<'none' | 'copied' | 'failed'>('none');
  const link = `${window.location.origin}${pathOf(room)}`;

  async function copy() {
    try {
      await navigator.clipboard.writeText(link);
      setOutcome('copied');
    } catch {
      // Pages without https have no clipboard, and people may refuse it.
      setOutcome('failed');
    }
  }

  return (
    <div className={styles.copy}>
      <span className={styles.link}>{link}</span>
      <button
        type="button"
        className={`${controls.primary} ${styles.copyButton}`}
        onClick={() => void copy()}
      >
        {outcome === 'copied' ? <Check size="1.125rem" aria-hidden /> : <Copy size="1.125rem" aria-hidden />}
        {outcome === 'copied' ? t('alone.copied') : t('alone.copy')}
      </button>
      <p role="status" className={styles.copyFailed}>
        {outcome === 'failed' ? t('alone.copyFailed') : ''}
      </p>
    </div>
  );
}
