import { LogIn } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import controls from '../design/controls.module.css';
import { AccountMenu } from './AccountMenu.tsx';
import styles from './AccountMenu.module.css';
import { offersSignIn } from './session.ts';
import { useSession } from './useSession.ts';

/** At the top of the welcome page: the way to sign in, or who one is. Nothing where the server offers no way, can't be asked, or is an older one. */
export function AccountCorner() {
  const { t } = useTranslation();
  const { state } = useSession();
  if (state.name !== 'here') return null;
  const { session } = state;
  if (session.account !== null) return <AccountMenu account={session.account} />;
  if (!offersSignIn(session)) return null;
  return (
    <a className={`${controls.secondary} ${styles.signIn}`} href="/login">
      <LogIn size="1.125rem" aria-hidden />
      {t('signIn.title')}
    </a>
  );
}
