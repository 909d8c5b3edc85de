import { Hand, MicOff, UserPlus, VideoOff, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../../design/controls.module.css';
import { LeaveMark } from '../moderation/LeaveMark.tsx';
import { PersonMenu } from '../moderation/PersonMenu.tsx';
import { RulesMenu } from '../moderation/RulesMenu.tsx';
import { Avatar } from '../floor/Avatar.tsx';
import { useName } from '../floor/useName.ts';
import { useMeeting } from '../../room/MeetingContext.ts';
import { AtTheDoor } from '../lobby/AtTheDoor.tsx';
import moderation from '../moderation/moderation.module.css';
import { useViewpoint } from '../moderation/useViewpoint.ts';
import { handsFirst, type Person } from '../people.ts';
import styles from './panels.module.css';

interface ParticipantsPanelProps {
  readonly people: readonly Person[];
  readonly onInvite: () => void;
  readonly onClose: () => void;
}

/** Who is here, beside the pictures; over them on phones. */
export function ParticipantsPanel({ people, onInvite, onClose }: ParticipantsPanelProps) {
  const { t } = useTranslation();
  const nameOf = useName();
  const meeting = useMeeting();
  const { role } = useViewpoint();
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    close.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <aside
      className={styles.panel}
      aria-label={t('call.participants')}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <header className={styles.head}>
        <h2>{t('call.participantCount', { count: people.length })}</h2>
        <button
          ref={close}
          type="button"
          className={styles.close}
          aria-label={t('call.closeParticipants')}
          onClick={onClose}
        >
          <X size="1.25rem" aria-hidden />
        </button>
      </header>
      <AtTheDoor />
      <button type="button" className={controls.primary} onClick={onInvite}>
        <UserPlus size="1.125rem" aria-hidden />
        {t('call.invite')}
      </button>
      {role === 'moderator' && people.some(({ hand }) => hand !== undefined) ? (
        <button
          type="button"
          className={moderation.plain}
          onClick={() => void meeting.ask({ type: 'lower-all-hands' })}
        >
          <Hand size="1.125rem" aria-hidden />
          {t('call.lowerAllHands')}
        </button>
      ) : null}
      {role === 'moderator' && people.some(({ isLocal, silent }) => !isLocal && !silent) ? (
        <button
          type="button"
          className={moderation.plain}
          onClick={() => void meeting.ask({ type: 'mute-everyone', kind: 'microphone' })}
        >
          <MicOff size="1.125rem" aria-hidden />
          {t('call.muteEveryone')}
        </button>
      ) : null}
      {role === 'moderator' ? <RulesMenu /> : null}
      <ul className={styles.people}>
        {handsFirst(people).map((person) => (
          <li key={person.id}>
            <span className={styles.face}>
              <Avatar id={person.id} name={person.displayName} />
            </span>
            <span className={styles.personName}>
              {nameOf(person)}
              {person.role === 'moderator' ? <small>{t('person.moderator')}</small> : null}
              {person.interrupted ? <small>{t('call.interrupted')}</small> : null}
            </span>
            {person.hand === undefined ? null : (
              <span className={styles.hand}>
                <Hand size="1.125rem" role="img" aria-label={t('call.handRaised')} />
                {person.hand}
              </span>
            )}
            <LeaveMark person={person} />
            {person.silent ? <MicOff size="1.125rem" role="img" aria-label={t('call.muted')} /> : null}
            {person.picture === undefined ? (
              <VideoOff size="1.125rem" role="img" aria-label={t('call.cameraOff')} />
            ) : null}
            <PersonMenu person={person} className={styles.personMenu} />
          </li>
        ))}
      </ul>
    </aside>
  );
}
