import { Mic } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../../design/controls.module.css';
import { useMicrophone } from '../../devices/useDeviceToggles.ts';
import { useMeeting } from '../../room/MeetingContext.ts';
import styles from './moderation.module.css';

/** Somebody would like to hear this person, who alone decides. Stays until they have. */
export function UnmuteRequest() {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const microphone = useMicrophone();
  const [by, setBy] = useState<string>();
  useEffect(
    () =>
      meeting.listen((event, { participants }) => {
        if (event.type === 'unmute-asked')
          setBy(participants.find(({ id }) => id === event.by)?.displayName ?? '');
      }),
    [meeting],
  );
  useEffect(() => {
    if (microphone.on) setBy(undefined);
  }, [microphone.on]);
  if (by === undefined || microphone.on) return null;
  const name = by === '' ? t('call.guest') : by;
  return (
    <div className={styles.request} role="alert">
      <Mic size="1.25rem" aria-hidden />
      <p>{t('tidings.unmuteAsked', { name })}</p>
      <div className={styles.answers}>
        <button type="button" className={controls.primary} onClick={microphone.toggle}>
          {t('tidings.unmute')}
        </button>
        <button type="button" className={styles.plain} onClick={() => setBy(undefined)}>
          {t('tidings.notNow')}
        </button>
      </div>
    </div>
  );
}
