import type { ConferenceView } from '@treff/protocol';
import { X } from 'lucide-react';
import { useEffect, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import panels from '../panels/panels.module.css';
import type { Person } from '../people.ts';
import { Composer } from './Composer.tsx';
import type { Draft } from './draft.ts';
import { Messages } from './Messages.tsx';

interface ChatPanelProps {
  readonly view: ConferenceView;
  readonly people: readonly Person[];
  /** What was being written when the panel was last closed. */
  readonly draft: RefObject<Draft>;
  readonly onClose: () => void;
}

/** The chat beside the pictures; over them on phones. */
export function ChatPanel({ view, people, draft, onClose }: ChatPanelProps) {
  const { t } = useTranslation();
  useFocusBack();
  return (
    <aside
      className={panels.panel}
      aria-label={t('chat.title')}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <header className={panels.head}>
        <h2>{t('chat.title')}</h2>
        <button type="button" className={panels.close} aria-label={t('call.closeChat')} onClick={onClose}>
          <X size="1.25rem" aria-hidden />
        </button>
      </header>
      {/* A new seat has another history. */}
      <Messages key={`${view.epoch}/${view.self}`} messages={view.messages} self={view.self} />
      <Composer people={people} kept={draft} />
    </aside>
  );
}

/** When the panel goes and the focus with it, the button that opened it gets the focus; a focus elsewhere stays there. */
function useFocusBack(): void {
  useEffect(() => {
    return () => {
      const { activeElement } = document;
      if (activeElement !== null && activeElement !== document.body) return;
      document.querySelector<HTMLElement>('[data-opens="chat"]')?.focus();
    };
  }, []);
}
