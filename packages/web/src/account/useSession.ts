import { useCallback, useEffect, useState } from 'react';
import { sessionApi, type Session } from './session.ts';

export type SessionState =
  | { readonly name: 'loading' }
  | { readonly name: 'failed'; readonly code: 'network/unreachable' | 'server/internal' }
  | { readonly name: 'here'; readonly session: Session };

/** Who is signed in here, and how one can sign in. */
export function useSession(): { readonly state: SessionState; readonly retry: () => void } {
  const [state, setState] = useState<SessionState>({ name: 'loading' });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const disposal = new AbortController();
    void sessionApi.read().then((answer) => {
      if (disposal.signal.aborted) return;
      if (answer.ok) setState({ name: 'here', session: answer.value });
      else
        setState({ name: 'failed', code: answer.status === 0 ? 'network/unreachable' : 'server/internal' });
    });
    return () => disposal.abort();
  }, [attempt]);
  const retry = useCallback(() => {
    setState({ name: 'loading' });
    setAttempt((before) => before + 1);
  }, []);
  useEffect(() => {
    // A page that the browser kept aside comes back as it was, and somebody may have signed in or out since.
    const revive = (event: PageTransitionEvent) => {
      if (event.persisted) retry();
    };
    window.addEventListener('pageshow', revive);
    return () => window.removeEventListener('pageshow', revive);
  }, [retry]);
  return { state, retry };
}
