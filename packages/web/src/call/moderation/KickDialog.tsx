import { LIMITS } from '@treff/protocol';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../../design/controls.module.css';
import { useMeeting, useMeetingState } from '../../room/MeetingContext.ts';
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
  const lobby = useMeetingState((state) => state.conference?.access.lobby === true);
  const [closes, setCloses] = useState(false);
  return (
    <RoomDialog title={t('kick.title', { name })} onClose={onClose}>
      <form
        className={panels.section}
        onSubmit={(event) => {
          event.preventDefault();
          const why = reason.trim();
          // First, so that whoever is removed finds the door shut.
          if (closes && !lobby) void meeting.ask({ type: 'set-lobby', on: true });
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
        {lobby ? null : (
          <label className={panels.choice}>
            <input
              type="checkbox"
              checked={closes}
              aria-labelledby={`${reasonId}-lobby`}
              aria-describedby={`${reasonId}-lobby-note`}
              onChange={(event) => setCloses(event.target.checked)}
            />
            <span id={`${reasonId}-lobby`}>{t('kick.lobby')}</span>
            <small id={`${reasonId}-lobby-note`}>{t('kick.lobbyNote')}</small>
          </label>
        )}
        <button type="submit" className={controls.danger}>
          {t('person.kick')}
        </button>
      </form>
    </RoomDialog>
  );
}
