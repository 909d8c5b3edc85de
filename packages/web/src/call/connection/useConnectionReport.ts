import type { ConnectionReport } from '@treff/client/media';
import { useEffect, useState } from 'react';
import { useMeeting } from '../../room/MeetingContext.ts';

const EVERY_MS = 1500;
/** The first rates need two readings; nobody waits longer for them than necessary. */
const SECOND_AFTER_MS = 500;

/** How the connection is, read again and again for as long as somebody looks. Undefined until the first reading. */
export function useConnectionReport(): ConnectionReport | undefined {
  const meeting = useMeeting();
  const [report, setReport] = useState<ConnectionReport>();
  useEffect(() => {
    const disposal = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const read = async (nextMs: number) => {
      const now = await meeting.statistics.readConnection();
      if (disposal.signal.aborted) return;
      setReport(now);
      timer = setTimeout(() => void read(EVERY_MS), nextMs);
    };
    void read(SECOND_AFTER_MS);
    return () => {
      disposal.abort();
      clearTimeout(timer);
    };
  }, [meeting]);
  return report;
}
