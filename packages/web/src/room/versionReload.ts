import * as z from 'zod/mini';
import { remember } from '../app/browserStore.ts';

/** What this tab remembers across its own reload: in which room it was, and whether its person had joined. */
const marker = remember(
  'treff.versionReload',
  z.nullable(z.object({ room: z.string(), joined: z.boolean() })),
  null,
  () => window.sessionStorage,
);

/**
 * Loads the page again to get the server's version of it, once: false when that was tried already and didn't help.
 * `joined`: comes back without the prejoin page.
 */
export function reloadForVersion(room: string, joined: boolean): boolean {
  if (marker.get()?.room === room) return false;
  marker.set({ room, joined });
  window.location.reload();
  return true;
}

/** Whether this page comes back from {@link reloadForVersion} into a meeting. */
export function cameBackJoined(room: string): boolean {
  const value = marker.get();
  return value?.room === room && value.joined;
}

/** The server accepts this page: a later change of version may reload again. */
export function versionFits(): void {
  if (marker.get() !== null) marker.set(null);
}
