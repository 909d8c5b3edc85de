import type { Meeting, Ticket } from '@treff/client/media';
import * as z from 'zod/mini';
import { remember } from '../app/browserStore.ts';
import { lockSeat } from './seatLock.ts';
import { followTicket, isFresh, keptTicket } from './ticket.ts';

/**
 * With this a tab that is loaded again brings its person back past the password and the lobby: the seat in which this tab sat last. It goes when its
 * person leaves or is removed, and with the tab.
 */
const seat = remember('treff.seat', z.nullable(keptTicket), null, () => window.sessionStorage);

/** Whether {@link takeSeatTicket} is worth waiting for. */
export function hasSeatTicket(room: string, now: number): boolean {
  const kept = seat.get();
  return kept !== null && kept.room === room && isFresh(kept, now);
}

/**
 * The ticket of the seat in which this tab sat in `room`. Undefined if there is none, or if another page sits in it: a duplicated tab remembers what the first one
 * does, and from now on no more.
 */
export async function takeSeatTicket(room: string, now: number): Promise<Ticket | undefined> {
  const kept = seat.get();
  if (kept === null || kept.room !== room || !isFresh(kept, now)) return undefined;
  if (await lockSeat(kept.ticket.self)) return kept.ticket;
  seat.set(null);
  return undefined;
}

/** Keeps the ticket of a meeting for as long as one is in it, until the returned function is called. */
export function keepSeatTicket(meeting: Meeting, room: string, now: () => number): () => void {
  return followTicket(
    meeting,
    () => true,
    (own) => {
      // Nobody else has it: the seat is this page's, or the server would not have given it.
      if (own !== undefined) void lockSeat(own.self);
      seat.set(own === undefined ? null : { room, at: now(), ticket: own });
    },
  );
}
