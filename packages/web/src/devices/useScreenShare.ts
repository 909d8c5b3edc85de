import type { LocalScreen } from '@treff/client/media';
import { useCallback } from 'react';
import { useMeeting, useMeetingState } from '../room/MeetingContext.ts';

export interface ScreenShare {
  /** Whether this browser can do it at all. */
  readonly can: boolean;
  /** What its button says. */
  readonly on: boolean;
  readonly screen: LocalScreen;
  /** Only from a press of a key or button: the browser asks what to share. */
  readonly toggle: () => void;
}

/** One's own screen and its switch. */
export function useScreenShare(): ScreenShare {
  const meeting = useMeeting();
  const screen = useMeetingState((state) => state.local.screen);
  const toggle = useCallback(
    () => meeting.setScreenShare(meeting.getState().local.screen.status === 'off'),
    [meeting],
  );
  return { can: meeting.canShareScreen, on: screen.status !== 'off', screen, toggle };
}
