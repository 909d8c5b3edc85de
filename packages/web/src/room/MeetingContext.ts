import type { Meeting, MeetingState } from '@treff/client/media';
import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';

/** The meeting of this page. */
export const MeetingContext = createContext<Meeting | undefined>(undefined);

export function useMeeting(): Meeting {
  const meeting = useContext(MeetingContext);
  if (meeting === undefined) throw new Error('used outside of a MeetingContext');
  return meeting;
}

/** A part of the meeting's state. `select` returns the same object as long as nothing changed: a field, or a primitive. */
export function useMeetingState<Part>(select: (state: MeetingState) => Part): Part {
  const meeting = useMeeting();
  const subscribe = useCallback((listener: () => void) => meeting.subscribe(listener), [meeting]);
  return useSyncExternalStore(subscribe, () => select(meeting.getState()));
}
