import { useTranslation } from 'react-i18next';
import pages from '../app/pages.module.css';
import controls from '../design/controls.module.css';
import { Logo } from '../design/Logo.tsx';

interface LeftPageProps {
  /** Whether one was in the meeting, and not only before it. */
  readonly wasInside: boolean;
  readonly onRejoin: () => void;
}

/** After leaving: back in, or home. */
export function LeftPage({ wasInside, onRejoin }: LeftPageProps) {
  const { t } = useTranslation();
  return (
    <main className={pages.center}>
      <Logo size="3.5rem" />
      <h1>{wasInside ? t('left.heading') : t('left.notWaiting')}</h1>
      <div className={pages.buttons}>
        <button type="button" className={controls.primary} onClick={onRejoin}>
          {wasInside ? t('left.rejoin') : t('failed.retry')}
        </button>
        <a className={controls.secondary} href="/">
          {t('left.home')}
        </a>
      </div>
    </main>
  );
}
