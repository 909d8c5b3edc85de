import type { Mutable } from '@treff/protocol';
import { useCallback, useEffect, useState } from 'react';
import { useMeeting } from '../../room/MeetingContext.ts';

/** What is to be said to somebody about leave to switch something on. */
export interface Leave {
  readonly kind: Mutable;
  /** Who has given it, as they gave their name; absent: nobody has, and the person tried. */
  readonly by: string | undefined;
}

/** The latest about one's own leave, until it is closed or no longer true. */
export function useLeave(): {
  readonly leave: Leave | undefined;
  /** The person tried to switch on what is blocked. */
  readonly explain: (kind: Mutable) => void;
  readonly close: () => void;
} {
  const meeting = useMeeting();
  const [leave, setLeave] = useState<Leave>();
  useEffect(
    () =>
      meeting.listen((event, { self, participants }) => {
        if (event.type === 'media-allowed' && event.participant === self) {
          const name = participants.find(({ id }) => id === event.by)?.displayName ?? '';
          setLeave(event.allowed ? { kind: event.kind, by: name } : undefined);
        }
        // There is nothing to ask for any more, or nothing was given for good.
        if (event.type === 'media-moderated')
          setLeave((before) => (before?.kind === event.kind ? undefined : before));
      }),
    [meeting],
  );
  const explain = useCallback((kind: Mutable) => setLeave({ kind, by: undefined }), []);
  const close = useCallback(() => setLeave(undefined), []);
  return { leave, explain, close };
}
