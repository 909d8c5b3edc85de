import { useTranslation } from 'react-i18next';
import pages from '../app/pages.module.css';
import controls from '../design/controls.module.css';
import { Logo } from '../design/Logo.tsx';

/** After leaving: back in, or home. */
export function LeftPage({ onRejoin }: { readonly onRejoin: () => void }) {
  const { t } = useTranslation();
  return (
    <main className={pages.center}>
      <Logo size="3.5rem" />
      <h1>{t('left.heading')}</h1>
      <div className={pages.buttons}>
        <button type="button" className={controls.primary} onClick={onRejoin}>
          {t('left.rejoin')}
        </button>
        <a className={controls.secondary} href="/">
          {t('left.home')}
        </a>
      </div>
    </main>
  );
}
