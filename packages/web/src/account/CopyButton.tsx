import { Check, Copy, Link } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../design/controls.module.css';

interface CopyButtonProps {
  readonly text: string;
  /** What is copied, where the button stands alone without words. */
  readonly label?: string;
}

/** Copies a link, and says whether that worked. */
export function CopyButton({ text, label }: CopyButtonProps) {
  const { t } = useTranslation();
  const [outcome, setOutcome] = useState<'none' | 'copied' | 'failed'>('none');

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('copied');
    } catch {
      // Pages without https have no clipboard, and people may refuse it.
      setOutcome('failed');
    }
  }

  const Icon = outcome === 'copied' ? Check : label === undefined ? Copy : Link;
  return (
    <>
      <button
        type="button"
        className={label === undefined ? controls.primary : `${controls.quiet} ${controls.icon}`}
        aria-label={label}
        title={label}
        onClick={() => void copy()}
      >
        <Icon size={label === undefined ? '1.125rem' : '1.25rem'} aria-hidden />
        {label !== undefined ? null : outcome === 'copied' ? t('alone.copied') : t('alone.copy')}
      </button>
      <span role="status" className={outcome === 'failed' ? undefined : controls.hidden}>
        {outcome === 'copied' ? t('alone.copied') : outcome === 'failed' ? t('rooms.copyFailed') : ''}
      </span>
    </>
  );
}
