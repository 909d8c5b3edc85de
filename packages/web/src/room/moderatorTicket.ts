import type { Meeting, Ticket } from '@treff/client/media';
import { LIMITS } from '@treff/protocol';
import * as z from 'zod/mini';
import { remember } from '../app/browserStore.ts';
import { ownRole } from '../call/moderation/useViewpoint.ts';
import { ticket } from './ticket.ts';

/** Rooms whose tickets are kept; older ones drop off. */
const CAPACITY = 8;

const kept = z.object({
  room: z.string().check(z.maxLength(LIMITS.roomNameLength)),
  /** Milliseconds since 1970. */
  at: z.number(),
  ticket,
});

/**
 * With this a moderator is one again after a reload, in another tab, or when the browser had crashed. Others who sit at this computer must not inherit it:
 * it goes when its person leaves, when the meeting ends, and after a day in any case.
 */
const tickets = remember('treff.moderator', z.array(kept), []);

/** The ticket of the seat in which this browser moderated in `room`. */
export function moderatorTicket(room: string, now: number): Ticket | undefined {
  return tickets.get().find((one) => one.room === room && isFresh(one, now))?.ticket;
}

/** Keeps the ticket of a meeting for as long as one moderates it, until the returned function is called. */
export function keepModeratorTicket(meeting: Meeting, room: string, now: () => number): () => void {
  let mine: string | undefined;
  return meeting.subscribe(() => {
    const state = meeting.getState();
    const { name } = state.phase;
    // Whoever leaves has none any more; whose page goes, or whose network fails, may come back.
    if ((name === 'left' || name === 'failed') && mine !== undefined && meeting.ticket === undefined) {
      mine = undefined;
      put(room, undefined, now());
    }
    if (name !== 'joined') return;
    const own = ownRole(state) === 'moderator' ? meeting.ticket : undefined;
    if (own?.token === mine) return;
    mine = own?.token;
    put(room, own, now());
  });
}

function put(room: string, own: Ticket | undefined, at: number): void {
  const others = tickets.get().filter((one) => one.room !== room && isFresh(one, at));
  const all = own === undefined ? others : [{ room, at, ticket: own }, ...others];
  tickets.set(all.slice(0, CAPACITY));
}

function isFresh({ at }: { readonly at: number }, now: number): boolean {
  return Math.abs(now - at) < LIMITS.restoreMs;
}
