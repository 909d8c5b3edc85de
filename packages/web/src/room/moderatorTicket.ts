import type { Meeting, Ticket } from '@treff/client/media';
import * as z from 'zod/mini';
import { remember } from '../app/browserStore.ts';
import { ownRole } from '../call/moderation/useViewpoint.ts';
import { followTicket, isFresh, keptTicket } from './ticket.ts';

/** Rooms whose tickets are kept; older ones drop off. */
const CAPACITY = 8;

/**
 * With this a moderator is one again in another tab, or when the browser had crashed. Others who sit at this computer must not inherit it: it goes when its
 * person leaves, when the meeting ends, and after a day in any case.
 */
const tickets = remember('treff.moderator', z.array(keptTicket), []);

/** The ticket of the seat in which this browser moderated in `room`. */
export function moderatorTicket(room: string, now: number): Ticket | undefined {
  return tickets.get().find((one) => one.room === room && isFresh(one, now))?.ticket;
}

/** Keeps the ticket of a meeting for as long as one moderates it, until the returned function is called. */
export function keepModeratorTicket(meeting: Meeting, room: string, now: () => number): () => void {
  return followTicket(
    meeting,
    (state) => ownRole(state) === 'moderator',
    (own) => put(room, own, now()),
  );
}

function put(room: string, own: Ticket | undefined, at: number): void {
  const others = tickets.get().filter((one) => one.room !== room && isFresh(one, at));
  const all = own === undefined ? others : [{ room, at, ticket: own }, ...others];
  tickets.set(all.slice(0, CAPACITY));
}
