import type { MessageView } from '@treff/protocol';
import { useTranslation } from 'react-i18next';
import { useName } from '../floor/useName.ts';
import styles from './chat.module.css';

interface ChatNewsProps {
  readonly message: MessageView | undefined;
  readonly onOpen: () => void;
}

/** The newest message while the chat is closed; a press opens the chat. */
export function ChatNews({ message, onOpen }: ChatNewsProps) {
  const { t } = useTranslation();
  const nameOf = useName();
  return (
    <div className={styles.news} role="status">
      {message === undefined ? null : (
        <button key={message.id} type="button" onClick={onOpen}>
          <strong>
            <bdi>{nameOf({ displayName: message.name, isLocal: false })}</bdi>
            {message.to === undefined ? null : ` ${t('chat.privateMark')}`}
          </strong>
          <span dir="auto">{message.text.slice(0, 160)}</span>
        </button>
      )}
    </div>
  );
}
