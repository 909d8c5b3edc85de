import { LIMITS } from '@treff/protocol';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../../design/controls.module.css';
import { useMeeting } from '../../room/MeetingContext.ts';
import panels from '../panels/panels.module.css';
import { RoomDialog } from '../panels/RoomDialog.tsx';
import { useName } from '../floor/useName.ts';
import type { Person } from '../people.ts';

interface KickDialogProps {
  readonly person: Person;
  readonly onClose: () => void;
}

/** Asks once more before somebody is removed, and why: the person will read it. */
export function KickDialog({ person, onClose }: KickDialogProps) {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const name = useName()(person);
  const reasonId = useId();
  const [reason, setReason] = useState('');
  return (
    <RoomDialog title={t('kick.title', { name })} onClose={onClose}>
      <form
        className={panels.section}
        onSubmit={(event) => {
          event.preventDefault();
          const why = reason.trim();
          void meeting.ask({
            type: 'kick',
            participant: person.id,
            ...(why !== '' && { reason: why }),
          });
          onClose();
        }}
      >
        <p className={panels.soft}>{t('kick.text', { name })}</p>
        <div className={controls.field}>
          <label className={controls.label} htmlFor={reasonId}>
            {t('kick.reason')}
          </label>
          <input
            id={reasonId}
            className={controls.input}
            value={reason}
            maxLength={LIMITS.kickReasonLength}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
        <button type="submit" className={controls.danger}>
          {t('person.kick')}
        </button>
      </form>
    </RoomDialog>
  );
}
