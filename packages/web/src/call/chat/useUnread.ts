import type { ConferenceView, MessageId, MessageView } from '@treff/protocol';
import { useEffect, useState } from 'react';

/** Milliseconds for which the newest message is shown while the chat is closed. */
const STAY_MS = 6000;

export interface Unread {
  /** Messages of others that came while the chat was closed; what was said before one joined counts too. */
  readonly count: number;
  /** The newest of them for a few seconds after it came; never one from before the join. */
  readonly news: MessageView | undefined;
}

/** What was not seen yet. `open`: the chat is on screen. */
export function useUnread({ epoch, self, messages }: ConferenceView, open: boolean): Unread {
  // Ids belong to a seat: another one counts anew.
  const seat = `${epoch}/${self}`;
  const [read, setRead] = useState<{ seat: string; ids: ReadonlySet<MessageId> }>();
  const [newest, setNewest] = useState({ seat, id: messages.at(-1)?.id });
  const [shown, setShown] = useState<MessageId>();

  if (newest.seat !== seat || newest.id !== messages.at(-1)?.id) {
    setNewest({ seat, id: messages.at(-1)?.id });
    if (newest.seat === seat) setShown(messages.at(-1)?.id);
  }

  useEffect(() => {
    if (open) {
      setRead({ seat, ids: new Set(messages.map(({ id }) => id)) });
      setShown(undefined);
    }
  }, [open, seat, messages]);

  useEffect(() => {
    if (shown === undefined) return undefined;
    const timer = setTimeout(() => setShown(undefined), STAY_MS);
    return () => clearTimeout(timer);
  }, [shown]);

  if (open) return { count: 0, news: undefined };
  const seen = read?.seat === seat ? read.ids : undefined;
  const unread = messages.filter(({ id, from }) => from !== self && seen?.has(id) !== true);
  return { count: unread.length, news: unread.find(({ id }) => id === shown) };
}
