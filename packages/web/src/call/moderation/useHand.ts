import type { MeetingState } from '@treff/client/media';
import { useCallback } from 'react';
import { useMeeting, useMeetingState } from '../../room/MeetingContext.ts';

/** One's own raised hand. */
export function useHand(): { readonly raised: boolean; readonly toggle: () => void } {
  const meeting = useMeeting();
  const raised = useMeetingState(isRaised);
  const toggle = useCallback(() => {
    const { conference } = meeting.getState();
    if (conference === undefined) return;
    const { hands, self } = conference;
    void meeting.ask(
      hands.includes(self) ? { type: 'lower-hand', participant: self } : { type: 'raise-hand' },
    );
  }, [meeting]);
  return { raised, toggle };
}

function isRaised({ conference }: MeetingState): boolean {
  return conference !== undefined && conference.hands.includes(conference.self);
}
