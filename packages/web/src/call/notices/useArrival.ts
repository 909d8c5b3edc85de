import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMeeting, useMeetingState } from '../../room/MeetingContext.ts';

/** Milliseconds for which it is said: whoever comes in looks around first. */
const STAY_MS = 15_000;

/** What the meeting has switched off as the person came in, and what they may not switch on without leave; empty after a while. */
export function useArrival(): readonly string[] {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const muted = useMeetingState((state) => state.local.mutedAtStart);
  // As it was then: what changes later is told when it does.
  const [blocked] = useState(() => {
    const { microphone, camera } = meeting.getState().local;
    return { microphone: microphone.blocked, camera: camera.blocked };
  });
  const [over, setOver] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setOver(true), STAY_MS);
    return () => clearTimeout(timer);
  }, []);
  if (over) return [];
  const messages: string[] = [];
  for (const kind of ['microphone', 'camera'] as const)
    if (blocked[kind]) messages.push(t(`leave.needed.${kind}`));
    else if (muted.includes(kind)) messages.push(t(`notice.startedWithout.${kind}`));
  return messages;
}
