import type { LocalScreen } from '@treff/client/media';
import { useCallback } from 'react';
import { useMeeting, useMeetingState } from '../room/MeetingContext.ts';
import { useExplainBlocked } from './BlockedContext.ts';

export interface ScreenShare {
  /** Whether this browser can do it at all. */
  readonly can: boolean;
  /** What its button says. */
  readonly on: boolean;
  /** It is off, and moderators have to allow it: a press explains that. */
  readonly isLocked: boolean;
  readonly screen: LocalScreen;
  /** Only from a press of a key or button: the browser asks what to share. */
  readonly toggle: () => void;
}

/** One's own screen and its switch. */
export function useScreenShare(): ScreenShare {
  const meeting = useMeeting();
  const screen = useMeetingState((state) => state.local.screen);
  const explain = useExplainBlocked();
  const toggle = useCallback(() => {
    const { screen: now } = meeting.getState().local;
    if (isLocked(now)) explain('screen');
    else meeting.setScreenShare(now.status === 'off');
  }, [meeting, explain]);
  const on = screen.status !== 'off';
  return { can: meeting.canShareScreen, on, isLocked: isLocked(screen), screen, toggle };
}

function isLocked({ blocked, status }: LocalScreen): boolean {
  return blocked && status === 'off';
}
