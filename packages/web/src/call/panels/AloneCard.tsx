import { useTranslation } from 'react-i18next';
import { CopyLink } from './CopyLink.tsx';
import styles from './panels.module.css';

/** For whoever came first. */
export function AloneCard() {
  const { t } = useTranslation();
  return (
    <section className={styles.alone}>
      <h2>{t('alone.heading')}</h2>
      <p className={styles.soft}>{t('alone.text')}</p>
      <CopyLink />
    </section>
  );
}
