import { useEffect, useSyncExternalStore } from 'react';
import { useMeetingState } from '../../room/MeetingContext.ts';
import { createLater, type LaterState } from './later.ts';
import type * as seldomParts from './seldom.ts';

/** The panels, dialogs and details of the call. */
export type SeldomParts = typeof seldomParts;

const seldom = createLater(() => import('./seldom.ts'));

/** Loads {@link SeldomParts} and says how far it is. */
export function useSeldom(): { readonly state: LaterState<SeldomParts>; readonly retry: () => void } {
  useEffect(() => seldom.load(), []);
  return { state: useSyncExternalStore(seldom.subscribe, seldom.getState), retry: seldom.load };
}

/** Milliseconds between the moment in which media flow and the loading of what nobody has asked for: by then the first pictures have come. */
const SETTLED_AFTER_MS = 2_000;

/**
 * Loads {@link SeldomParts} before anybody needs them, when the call has settled and the browser has nothing better to do. Returns
 * whether they are here.
 */
export function useSeldomAhead(): boolean {
  const flows = useMeetingState(({ phase }) => phase.name === 'joined' && phase.media === 'connected');
  useEffect(() => {
    if (!flows) return undefined;
    const timer = setTimeout(() => {
      // Safari has no idle callbacks.
      if ('requestIdleCallback' in window) requestIdleCallback(seldom.load);
      else seldom.load();
    }, SETTLED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [flows]);
  return useSyncExternalStore(seldom.subscribe, () => seldom.getState().name === 'here');
}
