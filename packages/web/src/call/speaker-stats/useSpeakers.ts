import type { SpokenTime } from '@treff/protocol';
import { useEffect, useState } from 'react';
import { useMeeting } from '../../room/MeetingContext.ts';

/** How often the clocks of those who speak move on. */
const TICK_MS = 1000;

/** Who has spoken how long, and milliseconds since that was told; undefined until it is. Asked for as long as somebody looks. */
export function useSpeakers():
  | { readonly speakers: readonly SpokenTime[]; readonly elapsedMs: number }
  | undefined {
  const meeting = useMeeting();
  const [told, setTold] = useState<{ readonly speakers: readonly SpokenTime[]; readonly at: number }>();
  const [now, setNow] = useState(0);
  useEffect(
    () =>
      meeting.statistics.watchSpeakers((speakers) => {
        setTold({ speakers, at: performance.now() });
        setNow(performance.now());
      }),
    [meeting],
  );
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return told === undefined ? undefined : { speakers: told.speakers, elapsedMs: Math.max(0, now - told.at) };
}
