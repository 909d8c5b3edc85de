import { TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from './request.ts';
import styles from './rooms.module.css';
import { useErrorText } from './useErrorText.ts';

/** Why something was not done, in words, at once for screen readers too. Empty while there is nothing to say. */
export function RefusalNote({ refusal }: { readonly refusal: Refusal | undefined }) {
  const { t } = useTranslation();
  const textOf = useErrorText();
  return (
    <div role="alert" className={styles.alert}>
      {refusal === undefined ? null : (
        <p className={styles.refusal}>
          <TriangleAlert size="1.25rem" aria-hidden />
          <span>{refusal.code === 'network/unreachable' ? t('rooms.offline') : textOf(refusal.code)}</span>
        </p>
      )}
    </div>
  );
}
