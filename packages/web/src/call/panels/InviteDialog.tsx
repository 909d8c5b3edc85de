import { useTranslation } from 'react-i18next';
import { CopyLink } from './CopyLink.tsx';
import styles from './panels.module.css';
import { RoomDialog } from './RoomDialog.tsx';

/** The link that brings others here. */
export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <RoomDialog title={t('call.invite')} onClose={onClose}>
      <p className={styles.soft}>{t('alone.text')}</p>
      <CopyLink />
    </RoomDialog>
  );
}
