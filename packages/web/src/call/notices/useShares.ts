import { ownerOf, type ConferenceView, type ParticipantId } from '@treff/protocol';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

/** Milliseconds for which a message stays. */
const STAY_MS = 5000;

/** What to say about screens that others began to share lately; empty most of the time. */
export function useShares(view: ConferenceView): readonly string[] {
  const { t } = useTranslation();
  const told = useRef<{ epoch: string; sharing: ReadonlySet<ParticipantId> }>(undefined);
  const [messages, setMessages] = useState<readonly string[]>([]);
  const { participants, sources, self, epoch } = view;

  useEffect(() => {
    // Whose screen is only encoded anew shares the same one.
    const owners = sources.flatMap(({ id, kind }) => (kind === 'screen' ? ownerOf(id) : []));
    const sharing = new Set(owners.filter((owner) => owner !== self));
    // What is shared when one comes is seen, and no news.
    const known = told.current?.epoch === epoch ? told.current.sharing : sharing;
    told.current = { epoch, sharing };
    const added = [...sharing].filter((owner) => !known.has(owner));
    if (added.length === 0) return;
    setMessages(
      added.map((owner) => {
        const name = participants.find(({ id }) => id === owner)?.displayName ?? '';
        return t('notice.sharing', { name: name === '' ? t('call.guest') : name });
      }),
    );
  }, [participants, sources, self, epoch, t]);

  useEffect(() => {
    if (messages.length === 0) return undefined;
    const timer = setTimeout(() => setMessages([]), STAY_MS);
    return () => clearTimeout(timer);
  }, [messages]);
  return messages;
}
