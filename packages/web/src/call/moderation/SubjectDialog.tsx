import { LIMITS } from '@treff/protocol';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../../design/controls.module.css';
import { useMeeting } from '../../room/MeetingContext.ts';
import panels from '../panels/panels.module.css';
import { RoomDialog } from '../panels/RoomDialog.tsx';

interface SubjectDialogProps {
  /** As it is now. */
  readonly subject: string;
  readonly onClose: () => void;
}

/** What the meeting is about, for everybody to see. */
export function SubjectDialog({ subject, onClose }: SubjectDialogProps) {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const id = useId();
  const [text, setText] = useState(subject);
  return (
    <RoomDialog title={t('subject.change')} onClose={onClose}>
      <form
        className={panels.section}
        onSubmit={(event) => {
          event.preventDefault();
          void meeting.ask({ type: 'set-subject', subject: text });
          onClose();
        }}
      >
        <div className={controls.field}>
          <label className={controls.label} htmlFor={id}>
            {t('subject.label')}
          </label>
          <input
            id={id}
            className={controls.input}
            value={text}
            maxLength={LIMITS.subjectLength}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <p className={panels.soft}>{t('subject.note')}</p>
        <button type="submit" className={controls.primary}>
          {t('subject.save')}
        </button>
      </form>
    </RoomDialog>
  );
}
