import { LIMITS, normaliseRoomName, TreffError } from '@treff/protocol';
import * as z from 'zod/mini';
import type { Identity } from './identity.ts';
import { displayNameOf, hashedId, identityId } from './verified-identity.ts';

/** Whose tokens are accepted, for whom. `*` in a list stands for everything. */
export interface AcceptedClaims {
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  readonly subjects: readonly string[];
}

/** What a token grants its bearer. */
export interface JwtGrant {
  readonly identity: Identity;
  /** What `context.features` allows and forbids, also such features as are unknown here. */
  readonly features: Readonly<Record<string, boolean>>;
  /** Milliseconds since the epoch after which nobody joins with this token; who is in stays. */
  readonly exp: number;
}

/** What the claims are held against. */
export interface JwtOccasion {
  readonly accepted: AcceptedClaims;
  /** Normalised. */
  readonly room: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What was signed, as it was sent: header and claims. */
  readonly signed: string;
}

/**
 * What claims of a checked signature grant; the claims are Jitsi's (lib-jitsi-meet's and Prosody's `mod_auth_token`). Throws a
 * {@link TreffError} of a code `auth/token-…`.
 */
export function readClaims(claims: unknown, { accepted, room, now, signed }: JwtOccasion): JwtGrant {
  const parsed = z.safeParse(claimsSchema, claims);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.filter((part) => KNOWN.has(String(part))) ?? [];
    throw new TreffError('auth/token-invalid', `the claim ${path.join('.')} is missing or of another type`);
  }
  const { iss, aud = [], sub, room: granted, exp, nbf, context } = parsed.data;

  if (!accepts(accepted.issuers, [iss])) throw new TreffError('auth/token-invalid', 'iss is not accepted');
  if (!accepts(accepted.audiences, typeof aud === 'string' ? [aud] : aud))
    throw new TreffError('auth/token-invalid', 'aud is not accepted');
  // Jitsi's tenant; a token for all of them says `*` itself.
  if (sub !== '*' && !accepts(accepted.subjects, sub === undefined ? [] : [sub]))
    throw new TreffError('auth/token-invalid', 'sub is not accepted');

  const expires = exp * 1_000;
  if (now >= expires + LIMITS.jwtToleranceMs) throw new TreffError('auth/token-expired');
  if (nbf !== undefined && now < nbf * 1_000 - LIMITS.jwtToleranceMs)
    throw new TreffError('auth/token-not-yet-valid');

  // A pattern can be made to run for hours, and one that is matched in another dialect than it was written for opens other rooms.
  if (context?.room?.regex === true)
    throw new TreffError('auth/token-invalid', 'patterns in room (context.room.regex) are not supported');
  if (granted !== '*' && normaliseRoomName(granted) !== room) throw new TreffError('auth/token-wrong-room');

  const user = context?.user;
  return {
    identity: {
      // Without an id nobody knows who it is. An id for all such people would be none: removing one would shut all of them out.
      // So it is this token's: whoever else bears it is the same person. Only what is signed is hashed: a signature can be written
      // in several ways. `sub` is the tenant in Jitsi's tokens, and the same for everybody.
      id:
        user?.id === undefined || user.id === null || user.id === ''
          ? hashedId('jwt', signed)
          : identityId('jwt', iss, user.id),
      displayName: displayNameOf(user?.name),
      moderator: user?.moderator ?? AFFILIATIONS.get(user?.affiliation ?? ''),
    },
    features: context?.features ?? {},
    exp: expires,
  };
}

/** Others than these say nothing of moderating. */
const AFFILIATIONS: ReadonlyMap<string, boolean> = new Map([
  ['owner', true],
  ['member', false],
]);

/** The only parts of a path that may be told: others are the issuer's or the person's. */
const KNOWN: ReadonlySet<string> = new Set(
  'iss aud sub room exp nbf context user id name moderator affiliation features regex'.split(' '),
);

function accepts(accepted: readonly string[], claimed: readonly string[]): boolean {
  return accepted.includes('*') || claimed.some((value) => accepted.includes(value));
}

/** Half a character (a lone surrogate) is no text. */
const text = z.string().check(z.refine((value) => value.isWellFormed()));

/** Jitsi's tokens hold booleans, and in older ones their names. */
const flag = z.union([
  z.boolean(),
  z.pipe(
    z.enum(['true', 'false']),
    z.transform((name) => name === 'true'),
  ),
]);

const userId = z.union([text, z.pipe(z.int(), z.transform(String))]);

// Programs that make tokens write `null` for what they don't know. `email` and `avatar` are not read: nothing here shows them.
const claimsSchema = z.object({
  iss: text.check(z.minLength(1)),
  aud: z.optional(z.union([text, z.array(text)])),
  sub: z.optional(text),
  room: text,
  exp: z.number(),
  nbf: z.optional(z.number()),
  context: z.nullish(
    z.object({
      user: z.nullish(
        z.object({
          id: z.nullish(userId),
          name: z.nullish(text),
          moderator: z.nullish(flag),
          affiliation: z.nullish(text),
        }),
      ),
      features: z.nullish(z.record(text, flag)),
      room: z.nullish(z.object({ regex: z.nullish(flag) })),
    }),
  ),
});
