import { useTranslation } from 'react-i18next';
import controls from '../../design/controls.module.css';
import { useMeeting } from '../../room/MeetingContext.ts';
import panels from '../panels/panels.module.css';
import { RoomDialog } from '../panels/RoomDialog.tsx';

/** Asks once more before everybody is sent home. */
export function EndDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const meeting = useMeeting();
  return (
    <RoomDialog title={t('call.endForAll')} onClose={onClose}>
      <p className={panels.soft}>{t('call.endForAllText')}</p>
      <button
        type="button"
        className={controls.danger}
        onClick={() => {
          // Whoever ends it has left, and needs not be told who did it.
          void meeting.ask({ type: 'end-meeting' }).then(() => meeting.leave());
        }}
      >
        {t('call.endForAll')}
      </button>
    </RoomDialog>
  );
}
