import type { KnockerView } from '@treff/protocol';
import { useTranslation } from 'react-i18next';
import { useMeeting } from '../../room/MeetingContext.ts';
import styles from './lobby.module.css';

/** Lets all in who wait; absent while that is not more than one. */
export function AdmitAll({ knocking }: { readonly knocking: readonly KnockerView[] }) {
  const { t } = useTranslation();
  const meeting = useMeeting();
  if (knocking.length < 2) return null;
  return (
    <button type="button" className={styles.action} onClick={() => void meeting.ask({ type: 'admit-all' })}>
      {t('lobby.admitAll')}
    </button>
  );
}
