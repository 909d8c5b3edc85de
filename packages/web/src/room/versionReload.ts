import { LIMITS } from '@treff/protocol';
import * as z from 'zod/mini';
import { remember } from '../app/browserStore.ts';
import { lockSeat } from './seatLock.ts';
import { ticket } from './ticket.ts';

/** How somebody who was in a meeting comes back into it, without the prejoin page. */
const comeback = z.object({
  displayName: z.string().check(z.maxLength(LIMITS.displayNameLength)),
  microphone: z.boolean(),
  camera: z.boolean(),
  ticket: z.optional(ticket),
});
export type Comeback = z.infer<typeof comeback>;

/** What this tab remembers across its own reload: in which room it was, and, if its person had joined, how to go on. */
const marker = remember(
  'treff.versionReload',
  z.nullable(z.object({ room: z.string(), comeback: z.optional(comeback) })),
  null,
  () => window.sessionStorage,
);

/**
 * Loads the page again to get the server's version of it, once: false when that was tried already and didn't help.
 * `comeback`: returns to the meeting without the prejoin page.
 */
export function reloadForVersion(room: string, comeback: Comeback | undefined): boolean {
  if (marker.get()?.room === room) return false;
  marker.set({ room, comeback });
  window.location.reload();
  return true;
}

/** Whether {@link takeComeback} is worth waiting for. */
export function hasComeback(room: string): boolean {
  const value = marker.get();
  return value?.room === room && value.comeback !== undefined;
}

/**
 * How this page comes back from {@link reloadForVersion} into a meeting; `undefined` if it does not, or if another page does: a tab that was
 * duplicated has the same memory. Whoever comes first has the seat.
 */
export async function takeComeback(room: string): Promise<Comeback | undefined> {
  const value = marker.get();
  if (value?.room !== room || value.comeback === undefined) return undefined;
  const { ticket } = value.comeback;
  if (ticket === undefined || (await lockSeat(ticket.self))) return value.comeback;
  marker.set({ room });
  return undefined;
}

/** The server accepts this page: a later change of version may reload again. */
export function versionFits(): void {
  if (marker.get() !== null) marker.set(null);
}
