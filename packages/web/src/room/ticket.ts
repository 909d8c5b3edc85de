import type { Meeting, MeetingState, Ticket } from '@treff/client/media';
import { incarnation, LIMITS, participantId } from '@treff/protocol';
import * as z from 'zod/mini';

export const ticket = z.object({
  token: z.string().check(z.maxLength(LIMITS.tokenLength)),
  epoch: incarnation,
  self: participantId,
  sources: z.int(),
}) satisfies z.ZodMiniType<Ticket>;

/** A ticket as it is kept in this browser. */
export const keptTicket = z.object({
  room: z.string().check(z.maxLength(LIMITS.roomNameLength)),
  /** Milliseconds since 1970. */
  at: z.number(),
  ticket,
});
export type KeptTicket = z.infer<typeof keptTicket>;

/** Whether the server would still take it. */
export function isFresh({ at }: Pick<KeptTicket, 'at'>, now: number): boolean {
  return Math.abs(now - at) < LIMITS.restoreMs;
}

/**
 * Tells `keep` of the meeting's ticket with each change of it, and of `undefined` once there is none to keep any more, until the returned function is
 * called. `deserves` says whether there is one to keep while its person is inside.
 */
export function followTicket(
  meeting: Meeting,
  deserves: (state: MeetingState) => boolean,
  keep: (ticket: Ticket | undefined) => void,
): () => void {
  let mine: string | undefined;
  return meeting.subscribe(() => {
    const state = meeting.getState();
    const { name } = state.phase;
    // Whoever leaves has none any more; whose page goes, or whose network fails, may come back.
    if ((name === 'left' || name === 'failed') && mine !== undefined && meeting.ticket === undefined) {
      mine = undefined;
      keep(undefined);
    }
    if (name !== 'joined') return;
    const own = deserves(state) ? meeting.ticket : undefined;
    if (own?.token === mine) return;
    mine = own?.token;
    keep(own);
  });
}
