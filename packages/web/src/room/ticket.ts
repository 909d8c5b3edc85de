import type { Ticket } from '@treff/client/media';
import { incarnation, LIMITS, participantId } from '@treff/protocol';
import * as z from 'zod/mini';

/** A ticket as it is kept in this browser. */
export const ticket = z.object({
  token: z.string().check(z.maxLength(LIMITS.tokenLength)),
  epoch: incarnation,
  self: participantId,
  sources: z.int(),
}) satisfies z.ZodMiniType<Ticket>;
