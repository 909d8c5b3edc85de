import { ownerOf, type ConferenceView, type SourceId } from '@treff/protocol';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

/** Milliseconds for which a message stays. */
const STAY_MS = 5000;

/** What to say about screens that others began to share lately; empty most of the time. */
export function useShares(view: ConferenceView): readonly string[] {
  const { t } = useTranslation();
  const told = useRef<{ epoch: string; screens: ReadonlySet<SourceId> }>(undefined);
  const [messages, setMessages] = useState<readonly string[]>([]);
  const { participants, sources, self, epoch } = view;

  useEffect(() => {
    const all = sources.filter(({ id, kind }) => kind === 'screen' && ownerOf(id) !== self);
    const screens = new Set(all.map(({ id }) => id));
    // What is shared when one comes is seen, and no news.
    const known = told.current?.epoch === epoch ? told.current.screens : screens;
    told.current = { epoch, screens };
    const added = all.filter(({ id }) => !known.has(id));
    if (added.length === 0) return;
    setMessages(
      added.map(({ id }) => {
        const name = participants.find((one) => one.id === ownerOf(id))?.displayName ?? '';
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
