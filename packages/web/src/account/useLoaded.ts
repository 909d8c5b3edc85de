import { useCallback, useEffect, useState } from 'react';
import type { Answer, Refusal } from './request.ts';
import { signInPath } from './returnPath.ts';

export type Loaded<Value> =
  | { readonly name: 'loading' }
  | { readonly name: 'failed'; readonly refusal: Refusal }
  | { readonly name: 'here'; readonly value: Value };

/**
 * What `load` answers, and a way to ask again, during which the last answer stays. `load` is the same function for as long as the
 * same thing is asked.
 */
export function useLoaded<Value>(load: () => Promise<Answer<Value>>): {
  readonly state: Loaded<Value>;
  readonly reload: () => void;
} {
  const [state, setState] = useState<Loaded<Value>>({ name: 'loading' });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const disposal = new AbortController();
    void load().then((answer) => {
      if (disposal.signal.aborted) return;
      if (answer.ok) setState({ name: 'here', value: answer.value });
      else if (!isSignedOut(answer)) setState({ name: 'failed', refusal: answer });
    });
    return () => disposal.abort();
  }, [load, attempt]);
  const reload = useCallback(() => setAttempt((before) => before + 1), []);
  return { state, reload };
}

/** Whether that was refused because nobody is signed in any more; then this page goes and signs in. */
export function isSignedOut({ status }: Refusal): boolean {
  if (status === 401) window.location.replace(signInPath('/account'));
  return status === 401;
}
