import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Logo } from '../design/Logo.tsx';
import { LanguageSelect } from './LanguageSelect.tsx';
import styles from './header.module.css';

interface PageHeaderProps {
  /** Whether this page is the one that the logo leads to. */
  readonly isHome?: boolean;
  /** Beside the language. */
  readonly children?: ReactNode;
}

/** The top of a page outside of meetings: home, who one is, the language. */
export function PageHeader({ isHome = false, children }: PageHeaderProps) {
  const { t } = useTranslation();
  const brand = (
    <>
      <Logo size="2.25rem" />
      <span className={styles.title}>{t('app.title')}</span>
    </>
  );
  return (
    <header className={styles.header}>
      {isHome ? (
        <span className={styles.brand}>{brand}</span>
      ) : (
        <a className={styles.brand} href="/">
          {brand}
        </a>
      )}
      <div className={styles.end}>
        {children}
        <LanguageSelect label={t('welcome.language')} hideLabel />
      </div>
    </header>
  );
}
