import { ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import controls from '../../design/controls.module.css';
import { useMeetingState } from '../../room/MeetingContext.ts';
import { useViewpoint } from '../moderation/useViewpoint.ts';
import { CopyLink } from './CopyLink.tsx';
import styles from './panels.module.css';

/** For whoever came first: the link that brings others here, and what keeps strangers out. */
export function AloneCard({ onSecurity }: { readonly onSecurity: () => void }) {
  const { t } = useTranslation();
  const { role } = useViewpoint();
  const isProtected = useMeetingState(
    ({ conference }) => conference?.access.password === true || conference?.access.lobby === true,
  );
  return (
    <section className={styles.alone}>
      <h2>{t('alone.heading')}</h2>
      <p className={styles.soft}>{t('alone.text')}</p>
      <CopyLink />
      {role === 'moderator' ? (
        <button type="button" className={`${controls.quiet} ${styles.protect}`} onClick={onSecurity}>
          <ShieldCheck size="1.125rem" aria-hidden />
          {isProtected ? t('security.title') : t('alone.protect')}
        </button>
      ) : null}
    </section>
  );
}
