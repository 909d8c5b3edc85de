import { LoaderCircle } from 'lucide-react';
import { useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { createLater } from '../call/later/later.ts';
import controls from '../design/controls.module.css';
import styles from '../prejoin/Prejoin.module.css';
import type * as thresholdParts from './threshold.ts';

const threshold = createLater(() => import('./threshold.ts'));

interface ThresholdProps {
  readonly children: (parts: typeof thresholdParts) => ReactNode;
}

/** The pages at the door, as soon as they are loaded. */
export function Threshold({ children }: ThresholdProps) {
  const { t } = useTranslation();
  useEffect(() => threshold.load(), []);
  const state = useSyncExternalStore(threshold.subscribe, threshold.getState);
  if (state.name === 'here') return children(state.module);
  return (
    <div className={styles.parts} aria-busy={state.name !== 'failed'}>
      {state.name === 'failed' ? (
        <>
          <p role="alert">{t('later.failed')}</p>
          <button type="button" className={controls.primary} onClick={threshold.load}>
            {t('failed.retry')}
          </button>
        </>
      ) : (
        <LoaderCircle className={styles.spinner} size="1.5rem" role="img" aria-label={t('app.loading')} />
      )}
    </div>
  );
}
