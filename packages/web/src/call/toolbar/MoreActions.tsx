import {
  ChartNoAxesColumn,
  Hand,
  Keyboard,
  Maximize,
  Minimize,
  MonitorUp,
  MonitorX,
  PencilLine,
  PhoneOff,
  Settings,
  ShieldCheck,
  UserPlus,
  Users,
} from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { MenuItem } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useScreenShare } from '../../devices/useScreenShare.ts';
import { useHand } from '../moderation/useHand.ts';
import { useViewpoint } from '../moderation/useViewpoint.ts';
import type { Panel } from '../panels/panel.ts';
import { LaterMenu } from '../later/LaterMenu.tsx';
import type { OpenedMenu } from '../later/useLaterMenu.ts';
import styles from './Toolbar.module.css';

interface MoreActionsProps {
  readonly opened: OpenedMenu;
  readonly onOpen: (panel: Panel) => void;
}

/** What is needed seldom, and on narrow surfaces what found no place in the bar. */
export function MoreActions({ opened, onOpen }: MoreActionsProps) {
  const { t } = useTranslation();
  const screen = useScreenShare();
  const hand = useHand();
  const { role } = useViewpoint();
  const isFullScreen = useSyncExternalStore(subscribeToFullScreen, () => document.fullscreenElement !== null);
  return (
    <LaterMenu label={t('call.more')} placement="top" offset={12} {...opened}>
      {screen.can ? (
        <MenuItem className={`${styles.menuItem} ${styles.whenNarrow}`} onAction={screen.toggle}>
          {screen.on ? <MonitorX size="1.25rem" aria-hidden /> : <MonitorUp size="1.25rem" aria-hidden />}
          {screen.on ? t('call.stopScreen') : t('call.startScreen')}
        </MenuItem>
      ) : null}
      <MenuItem className={`${styles.menuItem} ${styles.whenNarrow}`} onAction={hand.toggle}>
        <Hand size="1.25rem" aria-hidden />
        {hand.raised ? t('call.lowerHand') : t('call.raiseHand')}
      </MenuItem>
      <MenuItem className={`${styles.menuItem} ${styles.whenNarrow}`} onAction={() => onOpen('participants')}>
        <Users size="1.25rem" aria-hidden />
        {t('call.participants')}
      </MenuItem>
      <MenuItem className={`${styles.menuItem} ${styles.whenNarrow}`} onAction={() => onOpen('invite')}>
        <UserPlus size="1.25rem" aria-hidden />
        {t('call.invite')}
      </MenuItem>
      {role === 'moderator' ? (
        <MenuItem className={styles.menuItem ?? ''} onAction={() => onOpen('subject')}>
          <PencilLine size="1.25rem" aria-hidden />
          {t('subject.change')}
        </MenuItem>
      ) : null}
      <MenuItem className={styles.menuItem ?? ''} onAction={() => onOpen('speakers')}>
        <ChartNoAxesColumn size="1.25rem" aria-hidden />
        {t('speakerStats.title')}
      </MenuItem>
      <MenuItem className={styles.menuItem ?? ''} onAction={() => onOpen('settings')}>
        <Settings size="1.25rem" aria-hidden />
        {t('call.settings')}
      </MenuItem>
      {role === 'moderator' ? (
        <MenuItem className={styles.menuItem ?? ''} onAction={() => onOpen('security')}>
          <ShieldCheck size="1.25rem" aria-hidden />
          {t('security.title')}
        </MenuItem>
      ) : null}
      {document.fullscreenEnabled ? (
        <MenuItem className={styles.menuItem ?? ''} onAction={toggleFullScreen}>
          {isFullScreen ? <Minimize size="1.25rem" aria-hidden /> : <Maximize size="1.25rem" aria-hidden />}
          {isFullScreen ? t('call.exitFullScreen') : t('call.enterFullScreen')}
        </MenuItem>
      ) : null}
      <MenuItem className={styles.menuItem ?? ''} onAction={() => onOpen('shortcuts')}>
        <Keyboard size="1.25rem" aria-hidden />
        {t('call.shortcuts')}
      </MenuItem>
      {role === 'moderator' ? (
        <MenuItem className={styles.menuItem ?? ''} onAction={() => onOpen('end')}>
          <PhoneOff size="1.25rem" aria-hidden />
          {t('call.endForAll')}
        </MenuItem>
      ) : null}
    </LaterMenu>
  );
}

function toggleFullScreen(): void {
  const change =
    document.fullscreenElement === null
      ? document.documentElement.requestFullscreen()
      : document.exitFullscreen();
  change.catch(() => {
    // The browser refuses when the window is not in front; nothing changed then.
  });
}

function subscribeToFullScreen(listener: () => void): () => void {
  document.addEventListener('fullscreenchange', listener);
  return () => document.removeEventListener('fullscreenchange', listener);
}
