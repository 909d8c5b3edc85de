import type { ConferenceView } from '@treff/protocol';
import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { Draft } from '../chat/draft.ts';
import { Seldom } from '../later/Seldom.tsx';
import type { SeldomParts } from '../later/useSeldom.ts';
import type { Person } from '../people.ts';
import type { Panel } from './panel.ts';

interface OpenPanelProps {
  readonly panel: Panel;
  readonly view: ConferenceView;
  readonly people: readonly Person[];
  /** What was being written when the chat was last closed. */
  readonly draft: RefObject<Draft>;
  readonly onOpen: (panel: Panel) => void;
  readonly onClose: () => void;
}

const TITLES = {
  participants: 'call.participants',
  chat: 'chat.title',
  invite: 'call.invite',
  settings: 'call.settings',
  speakers: 'speakerStats.title',
  subject: 'subject.change',
  security: 'security.title',
  end: 'call.endForAll',
  shortcuts: 'call.shortcuts',
} as const satisfies Readonly<Record<Panel, string>>;

/** What was opened, whose code may still be on its way. */
export function OpenPanel({ panel, onClose, ...rest }: OpenPanelProps) {
  const { t } = useTranslation();
  return (
    <Seldom
      title={t(TITLES[panel])}
      place={panel === 'chat' || panel === 'participants' ? 'beside' : 'over'}
      onClose={onClose}
    >
      {(parts) => <Loaded parts={parts} panel={panel} onClose={onClose} {...rest} />}
    </Seldom>
  );
}

function Loaded({
  parts,
  panel,
  view,
  people,
  draft,
  onOpen,
  onClose,
}: OpenPanelProps & { readonly parts: SeldomParts }) {
  switch (panel) {
    case 'participants':
      return <parts.ParticipantsPanel people={people} onInvite={() => onOpen('invite')} onClose={onClose} />;
    case 'chat':
      return <parts.ChatPanel view={view} people={people} draft={draft} onClose={onClose} />;
    case 'invite':
      return <parts.InviteDialog onClose={onClose} />;
    case 'settings':
      return <parts.SettingsDialog displayName={people[0]?.displayName ?? ''} onClose={onClose} />;
    case 'speakers':
      return <parts.SpeakerStatsDialog people={people} onClose={onClose} />;
    case 'subject':
      return <parts.SubjectDialog subject={view.subject} onClose={onClose} />;
    case 'security':
      return <parts.SecurityDialog onClose={onClose} />;
    case 'end':
      return <parts.EndDialog onClose={onClose} />;
    case 'shortcuts':
      return <parts.ShortcutsDialog onClose={onClose} />;
  }
}
