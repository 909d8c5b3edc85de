import { sessionView, type SessionView } from '@treff/protocol';
import { useEffect, useState } from 'react';

/** What the server says of whom it knows; undefined until it has, and for good where it says nothing: then everybody is a guest. */
export function useSession(): SessionView | undefined {
  const [facts, setFacts] = useState<SessionView>();
  useEffect(() => {
    let wanted = true;
    fetch('/api/session', { cache: 'no-store' })
      .then(async (response) => sessionView.safeParse(response.ok ? await response.json() : undefined))
      .then(({ data }) => {
        if (wanted) setFacts(data);
      })
      .catch(() => {
        // Without an answer one comes in as a guest, as on a server without accounts.
      });
    return () => {
      wanted = false;
    };
  }, []);
  return facts;
}
