import { useTranslation } from 'react-i18next';
import { Logo } from '../design/Logo.tsx';
import styles from './pages.module.css';

/** While something loads. */
export function Splash() {
  const { t } = useTranslation();
  return (
    <main className={styles.center} aria-busy="true" aria-label={t('app.loading')}>
      <div className={styles.pulse}>
        <Logo size="3.5rem" />
      </div>
    </main>
  );
}
