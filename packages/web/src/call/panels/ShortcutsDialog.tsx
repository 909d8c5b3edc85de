import { useTranslation } from 'react-i18next';
import { useMeeting } from '../../room/MeetingContext.ts';
import styles from './panels.module.css';
import { RoomDialog } from './RoomDialog.tsx';

/** The keys that do something in the call. */
export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { canShareScreen } = useMeeting();
  const shortcuts = [
    ['M', t('shortcuts.microphone')],
    ['V', t('shortcuts.camera')],
    ...(canShareScreen ? [['D', t('shortcuts.screen')] as const] : []),
    ['W', t('shortcuts.tileView')],
    ['C', t('shortcuts.chat')],
    ['R', t('shortcuts.hand')],
    [t('shortcuts.space'), t('shortcuts.pushToTalk')],
    ['?', t('shortcuts.list')],
  ] as const;
  return (
    <RoomDialog title={t('call.shortcuts')} onClose={onClose}>
      <dl className={styles.shortcuts}>
        {shortcuts.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </RoomDialog>
  );
}
