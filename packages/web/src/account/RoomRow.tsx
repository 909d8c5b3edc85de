import type { RoomView } from '@treff/protocol';
import {
  CalendarClock,
  DoorClosed,
  KeyRound,
  Settings,
  Ticket,
  Trash2,
  Users,
  Video,
  VolumeX,
  type LucideIcon,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { pathOf } from '../app/route.ts';
import controls from '../design/controls.module.css';
import { CopyButton } from './CopyButton.tsx';
import styles from './rooms.module.css';

interface RoomRowProps {
  readonly room: RoomView;
  readonly onOpen: (what: 'settings' | 'invitations' | 'release') => void;
}

/** One room of the list: the way in, what sets it apart, and what one can do with it. */
export function RoomRow({ room, onOpen }: RoomRowProps) {
  const { t } = useTranslation();
  const { room: name } = room;
  const actions = [
    { what: 'invitations', icon: Ticket, label: t('invitation.of', { room: name }) },
    { what: 'settings', icon: Settings, label: t('rooms.settingsOf', { room: name }) },
    { what: 'release', icon: Trash2, label: t('rooms.release', { room: name }) },
  ] as const;
  return (
    <li className={styles.room}>
      <div className={styles.about}>
        <a className={styles.name} href={pathOf(name)}>
          {name}
        </a>
        <Marks room={room} />
      </div>
      <div className={styles.actions}>
        <CopyButton
          text={`${window.location.origin}${pathOf(name)}`}
          label={t('rooms.copyLink', { room: name })}
        />
        {actions.map(({ what, icon: Icon, label }) => (
          <button
            key={what}
            type="button"
            className={`${controls.quiet} ${controls.icon}`}
            aria-label={label}
            title={label}
            onClick={() => onOpen(what)}
          >
            <Icon size="1.25rem" aria-hidden />
          </button>
        ))}
      </div>
    </li>
  );
}

function Marks({ room: { settings, hasPassword } }: { readonly room: RoomView }) {
  const { t, i18n } = useTranslation();
  const { lobby, startMuted, maxParticipants, resolution, notBefore, notAfter } = settings;
  const date = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' });
  const marks: { readonly icon: LucideIcon; readonly text: string }[] = [];
  if (hasPassword) marks.push({ icon: KeyRound, text: t('rooms.mark.password') });
  if (lobby) marks.push({ icon: DoorClosed, text: t('rooms.mark.lobby') });
  if (startMuted.microphone || startMuted.camera)
    marks.push({ icon: VolumeX, text: t('rooms.mark.startMuted') });
  if (maxParticipants !== undefined)
    marks.push({ icon: Users, text: t('rooms.mark.atMost', { count: maxParticipants }) });
  if (resolution !== undefined)
    marks.push({ icon: Video, text: t('rooms.resolutionLines', { lines: resolution }) });
  if (notBefore !== undefined)
    marks.push({ icon: CalendarClock, text: t('rooms.mark.from', { time: date.format(notBefore) }) });
  if (notAfter !== undefined)
    marks.push({ icon: CalendarClock, text: t('rooms.mark.until', { time: date.format(notAfter) }) });
  if (marks.length === 0) return null;
  return (
    <ul className={styles.marks}>
      {marks.map(({ icon: Icon, text }) => (
        <li key={text}>
          <Icon size="0.9375rem" aria-hidden />
          {text}
        </li>
      ))}
    </ul>
  );
}
