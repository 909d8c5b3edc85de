import {
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
import { MenuItem } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { LaterMenu } from '../later/LaterMenu.tsx';
import type { OpenedMenu } from '../later/useLaterMenu.ts';
import menus from '../toolbar/Toolbar.module.css';
import type { PersonAction } from './personActions.ts';

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

interface PersonActionsProps {
  readonly opened: OpenedMenu;
  readonly label: string;
  readonly actions: readonly PersonAction[];
  readonly onAction: (action: PersonAction) => void;
}

/** What may be done to somebody, as a menu. */
export function PersonActions({ opened, label, actions, onAction }: PersonActionsProps) {
  const { t } = useTranslation();
  return (
    <LaterMenu label={label} placement="bottom end" offset={4} {...opened}>
      {actions.map((action) => {
        const { icon: Icon, text } = LOOKS[action];
        return (
          <MenuItem key={action} className={menus.menuItem ?? ''} onAction={() => onAction(action)}>
            <Icon size="1.25rem" aria-hidden />
            <span>{t(text)}</span>
          </MenuItem>
        );
      })}
    </LaterMenu>
  );
}
