import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { FailurePage } from '../app/FailurePage.tsx';
import { PageHeader } from '../app/PageHeader.tsx';
import { Splash } from '../app/Splash.tsx';
import { AccountMenu } from './AccountMenu.tsx';
import { OwnRooms } from './OwnRooms.tsx';
import { signInPath } from './returnPath.ts';
import styles from './rooms.module.css';
import { useSession } from './useSession.ts';

/** The page at `/account`: one's own rooms, for whoever is signed in. */
export function AccountPage() {
  const { t } = useTranslation();
  const { state, retry } = useSession();
  useEffect(() => {
    document.title = `${t('rooms.title')} | ${t('app.title')}`;
  }, [t]);
  const isSignedOut = state.name === 'here' && state.session.account === null;
  useEffect(() => {
    if (isSignedOut) window.location.replace(signInPath('/account'));
  }, [isSignedOut]);

  if (state.name === 'failed') return <FailurePage code={state.code} onRetry={retry} />;
  if (state.name === 'loading' || state.session.account === null) return <Splash />;
  const { account, mayReserveRooms } = state.session;
  return (
    <div className={styles.page}>
      <PageHeader>
        <AccountMenu account={account} />
      </PageHeader>
      <main className={styles.main}>
        <OwnRooms mayReserve={mayReserveRooms} />
      </main>
    </div>
  );
}
