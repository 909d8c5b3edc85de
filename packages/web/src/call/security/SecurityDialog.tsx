import type { PeopleCommand } from '@treff/client/media';
import type { AccessView, ErrorCode } from '@treff/protocol';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMeeting, useMeetingState } from '../../room/MeetingContext.ts';
import { useViewpoint } from '../moderation/useViewpoint.ts';
import panels from '../panels/panels.module.css';
import { RoomDialog } from '../panels/RoomDialog.tsx';
import { PasswordSection } from './PasswordSection.tsx';
import styles from './security.module.css';

/** Who comes in: the lobby, a password, a lock. Everything takes effect at once; those inside stay. */
export function SecurityDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const access = useMeetingState((state) => state.conference?.access);
  return (
    <RoomDialog title={t('security.title')} onClose={onClose}>
      {access === undefined ? null : <Options access={access} />}
    </RoomDialog>
  );
}

function Options({ access }: { readonly access: AccessView }) {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const { role } = useViewpoint();
  const waiting = useMeetingState((state) => state.conference?.knocking.length ?? 0);
  const [refusal, setRefusal] = useState<ErrorCode>();
  const ask = async (command: PeopleCommand) => {
    const code = await meeting.ask(command);
    setRefusal(code);
    return code;
  };
  // The rights may be taken back while this is open.
  if (role !== 'moderator') return <p className={panels.soft}>{t('error.permission/denied.text')}</p>;
  return (
    <>
      <p className={panels.soft}>{t('security.text')}</p>
      <section className={panels.section}>
        <Switch
          label={t('security.lobby')}
          note={
            access.lobby && waiting > 0
              ? t('security.lobbyWaiting', { count: waiting })
              : t('security.lobbyNote')
          }
          on={access.lobby}
          onChange={(on) => void ask({ type: 'set-lobby', on })}
        />
      </section>
      <PasswordSection access={access} onAsk={ask} />
      <section className={panels.section}>
        <Switch
          label={t('security.lock')}
          note={t('security.lockNote')}
          on={access.locked}
          onChange={(on) => void ask({ type: 'set-lock', on })}
        />
      </section>
      <p className={styles.refusal} role="alert">
        {refusal === undefined ? null : `${t(`error.${refusal}.title`)}. ${t(`error.${refusal}.text`)}`}
      </p>
    </>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly note: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
}

/** Shows what is, not what was pressed: it moves when the server has done it. */
function Switch({ label, note, on, onChange }: SwitchProps) {
  const id = useId();
  return (
    <label className={styles.switch}>
      <span id={id}>{label}</span>
      <input
        type="checkbox"
        role="switch"
        checked={on}
        aria-labelledby={id}
        aria-describedby={`${id}-note`}
        onChange={(event) => onChange(event.target.checked)}
      />
      <small id={`${id}-note`}>{note}</small>
    </label>
  );
}
