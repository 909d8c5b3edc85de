import * as z from 'zod/mini';
import { LIMITS } from './limits.ts';

const text = z.string().check(z.maxLength(LIMITS.iceServerString));

/** STUN and TURN servers for one client. All of them are the operator's own. */
export const iceServers = z.object({
  /** As `RTCIceServer` (W3C WebRTC section 4.2.4); addresses after RFC 7064 and RFC 7065. */
  servers: z
    .array(
      z.object({
        urls: z
          .array(text.check(z.regex(/^(stuns?|turns?):/i)))
          .check(z.minLength(1), z.maxLength(LIMITS.iceServers)),
        username: z.optional(text),
        credential: z.optional(text),
      }),
    )
    .check(z.maxLength(LIMITS.iceServers)),
  /** Milliseconds from now for which the credentials open new allocations; absent: they don't expire. */
  expiresInMs: z.optional(z.int().check(z.minimum(0))),
});
export type IceServers = z.infer<typeof iceServers>;
