import {
  GalleryVerticalEnd,
  Hand,
  LayoutGrid,
  MessageSquare,
  Mic,
  MicOff,
  MonitorUp,
  MonitorX,
  Phone,
  UserPlus,
  Users,
  Video,
  VideoOff,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { CAN_CHOOSE_SPEAKER, useDeviceOptions } from '../../devices/useDeviceOptions.ts';
import { useCamera, useMicrophone } from '../../devices/useDeviceToggles.ts';
import { useScreenShare } from '../../devices/useScreenShare.ts';
import type { Layout } from '../layout/placement.ts';
import { useHand } from '../moderation/useHand.ts';
import type { Panel } from '../panels/panel.ts';
import { DeviceMenu } from './DeviceMenu.tsx';
import { MoreMenu } from './MoreMenu.tsx';
import { ToolButton } from './ToolButton.tsx';
import styles from './Toolbar.module.css';

interface ToolbarProps {
  readonly layout: Layout;
  readonly participantCount: number;
  readonly unreadCount: number;
  readonly panel: Panel | undefined;
  readonly onLayout: () => void;
  readonly onPanel: (panel: Panel | undefined) => void;
  readonly onLeave: () => void;
}

/** The controls of the call. Always on screen: nobody has to look for a way to mute. */
export function Toolbar({
  layout,
  participantCount,
  unreadCount,
  panel,
  onLayout,
  onPanel,
  onLeave,
}: ToolbarProps) {
  const { t } = useTranslation();
  const microphone = useMicrophone();
  const camera = useCamera();
  const screen = useScreenShare();
  const hand = useHand();
  const devices = useDeviceOptions();
  const locked = { locked: true, description: t('leave.locked') };
  const showsChat = panel === 'chat';
  const showsParticipants = panel === 'participants';
  return (
    <div className={styles.toolbar} role="group" aria-label={t('call.controls')}>
      <div className={styles.pair}>
        <ToolButton
          label={microphone.on ? t('call.muteMicrophone') : t('call.unmuteMicrophone')}
          icon={microphone.on ? Mic : MicOff}
          shortcut="M"
          look={microphone.on ? 'plain' : 'off'}
          badge={microphone.device.problem === undefined ? undefined : '!'}
          {...(microphone.isLocked && locked)}
          onPress={microphone.toggle}
        />
        <DeviceMenu
          label={t('device.chooseMicrophone')}
          lists={CAN_CHOOSE_SPEAKER ? [devices.microphone, devices.speaker] : [devices.microphone]}
        />
      </div>
      <div className={styles.pair}>
        <ToolButton
          label={camera.on ? t('call.stopCamera') : t('call.startCamera')}
          icon={camera.on ? Video : VideoOff}
          shortcut="V"
          look={camera.on ? 'plain' : 'off'}
          badge={camera.device.problem === undefined ? undefined : '!'}
          {...(camera.isLocked && locked)}
          onPress={camera.toggle}
        />
        <DeviceMenu label={t('device.chooseCamera')} lists={[devices.camera]} />
      </div>
      {screen.can ? (
        <ToolButton
          label={screen.on ? t('call.stopScreen') : t('call.startScreen')}
          icon={screen.on ? MonitorX : MonitorUp}
          shortcut="D"
          look={screen.on ? 'active' : 'plain'}
          {...(screen.isLocked && locked)}
          collapses
          onPress={screen.toggle}
        />
      ) : null}
      <ToolButton
        label={hand.raised ? t('call.lowerHand') : t('call.raiseHand')}
        icon={Hand}
        shortcut="R"
        look={hand.raised ? 'active' : 'plain'}
        collapses
        onPress={hand.toggle}
      />
      <ToolButton
        label={layout === 'tiles' ? t('call.exitTileView') : t('call.enterTileView')}
        icon={layout === 'tiles' ? GalleryVerticalEnd : LayoutGrid}
        shortcut="W"
        onPress={onLayout}
      />
      <ToolButton
        label={showsChat ? t('call.closeChat') : t('call.openChat')}
        description={unreadCount === 0 ? undefined : t('chat.unread', { count: unreadCount })}
        icon={MessageSquare}
        shortcut="C"
        look={showsChat ? 'active' : 'plain'}
        badge={unreadCount === 0 ? undefined : unreadCount > 99 ? '99+' : String(unreadCount)}
        opens="chat"
        onPress={() => onPanel(showsChat ? undefined : 'chat')}
      />
      <ToolButton
        label={showsParticipants ? t('call.closeParticipants') : t('call.openParticipants')}
        icon={Users}
        look={showsParticipants ? 'active' : 'plain'}
        badge={String(participantCount)}
        collapses
        onPress={() => onPanel(showsParticipants ? undefined : 'participants')}
      />
      <ToolButton label={t('call.invite')} icon={UserPlus} collapses onPress={() => onPanel('invite')} />
      <MoreMenu onOpen={onPanel} />
      <ToolButton label={t('call.leave')} icon={Phone} look="leave" onPress={onLeave} />
    </div>
  );
}
