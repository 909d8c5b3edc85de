import {
  EllipsisVertical,
  Hand,
  Lock,
  Mic,
  MicOff,
  MonitorUp,
  MonitorX,
  ShieldMinus,
  ShieldPlus,
  UserX,
  Video,
  VideoOff,
  type LucideIcon,
} from 'lucide-react';
import { useState } from 'react';
import { Button, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useMeeting } from '../../room/MeetingContext.ts';
import { useName } from '../floor/useName.ts';
import type { Person } from '../people.ts';
import menus from '../toolbar/Toolbar.module.css';
import { KickDialog } from '../later/KickDialog.tsx';
import { actionsOn, commandOf, type PersonAction } from './personActions.ts';
import { useViewpoint } from './useViewpoint.ts';

const LOOKS = {
  mute: { icon: MicOff, text: 'person.mute' },
  askToUnmute: { icon: Mic, text: 'person.askToUnmute' },
  stopCamera: { icon: VideoOff, text: 'person.stopCamera' },
  stopScreen: { icon: MonitorX, text: 'person.stopScreen' },
  'allow.microphone': { icon: Mic, text: 'person.allow.microphone' },
  'allow.camera': { icon: Video, text: 'person.allow.camera' },
  'allow.screen': { icon: MonitorUp, text: 'person.allow.screen' },
  'forbid.microphone': { icon: Lock, text: 'person.forbid.microphone' },
  'forbid.camera': { icon: Lock, text: 'person.forbid.camera' },
  'forbid.screen': { icon: Lock, text: 'person.forbid.screen' },
  kick: { icon: UserX, text: 'person.kick' },
  lowerHand: { icon: Hand, text: 'person.lowerHand' },
  grantModerator: { icon: ShieldPlus, text: 'person.grantModerator' },
  revokeModerator: { icon: ShieldMinus, text: 'person.revokeModerator' },
  giveUpModerator: { icon: ShieldMinus, text: 'person.giveUpModerator' },
} as const satisfies Readonly<Record<PersonAction, { icon: LucideIcon; text: string }>>;

interface PersonMenuProps {
  readonly person: Person;
  readonly className: string | undefined;
}

/** What the viewer may do to somebody; absent when that is nothing. */
export function PersonMenu({ person, className }: PersonMenuProps) {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const nameOf = useName();
  const [kicking, setKicking] = useState(false);
  const actions = actionsOn(person, useViewpoint());
  if (actions.length === 0) return null;
  const label = t('person.menu', { name: nameOf(person) });
  return (
    <>
      <MenuTrigger>
        <Button className={className ?? ''} aria-label={label}>
          <EllipsisVertical size="1.125rem" aria-hidden />
        </Button>
        <Popover className={menus.menu ?? ''} placement="bottom end" offset={4}>
          <Menu aria-label={label}>
            {actions.map((action) => {
              const { icon: Icon, text } = LOOKS[action];
              return (
                <MenuItem
                  key={action}
                  className={menus.menuItem ?? ''}
                  onAction={() => {
                    if (action === 'kick') setKicking(true);
                    else void meeting.ask(commandOf(action, person));
                  }}
                >
                  <Icon size="1.25rem" aria-hidden />
                  <span>{t(text)}</span>
                </MenuItem>
              );
            })}
          </Menu>
        </Popover>
      </MenuTrigger>
      {kicking ? <KickDialog person={person} onClose={() => setKicking(false)} /> : null}
    </>
  );
}
