import type { MeetingState } from '@treff/client/media';
import { useEffect, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useMeetingState } from './MeetingContext.ts';

/**
 * The title of the page, which is all that one sees of it from another tab: what the meeting is about and where it is, that one still waits, and, for moderators who look elsewhere,
 * that somebody waits for them.
 */
export function useTitle(room: string): void {
  const { t } = useTranslation();
  const waits = useMeetingState(({ phase }) => phase.name === 'waiting');
  const knocking = useMeetingState(countKnocking);
  const hidden = useSyncExternalStore(subscribeToVisibility, () => document.visibilityState === 'hidden');
  const subject = useMeetingState(({ conference }) => conference?.subject ?? '');
  const plain = [subject, room, t('app.title')].filter((part) => part !== '').join(' | ');
  const title = waits
    ? t('title.waiting', { title: plain })
    : knocking > 0 && hidden
      ? t('title.knocking', { count: knocking, title: plain })
      : plain;
  useEffect(() => {
    document.title = title;
  }, [title]);
}

function countKnocking({ conference }: MeetingState): number {
  return conference?.knocking.length ?? 0;
}

function subscribeToVisibility(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
}
