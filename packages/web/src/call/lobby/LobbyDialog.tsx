import type { KnockerView } from '@treff/protocol';
import { useTranslation } from 'react-i18next';
import { useMeeting } from '../../room/MeetingContext.ts';
import panels from '../panels/panels.module.css';
import { RoomDialog } from '../panels/RoomDialog.tsx';
import { LobbyChat } from './LobbyChat.tsx';

interface LobbyDialogProps {
  readonly knocker: KnockerView;
  readonly onClose: () => void;
}

/** Words with somebody who waits. All moderators read them. */
export function LobbyDialog({ knocker, onClose }: LobbyDialogProps) {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const { id } = knocker;
  const name = knocker.displayName === '' ? t('call.guest') : knocker.displayName;
  const title = t('lobby.chatWith', { name });
  return (
    <RoomDialog title={title} onClose={onClose}>
      <p className={panels.soft}>{t('lobby.chatNote')}</p>
      <LobbyChat
        label={title}
        messages={knocker.messages}
        isKnocker={false}
        takesFocus
        onSend={(text) => meeting.ask({ type: 'send-lobby-message', knocker: id, text })}
      />
    </RoomDialog>
  );
}
