import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { incarnation, participantId, type Incarnation, type ParticipantId } from '@treff/protocol';
import * as z from 'zod/mini';

/** What a token says: whose seat it opens, in which life of which room's conference. What its person may do is not in it, because that changes. */
export interface SeatClaim {
  readonly incarnation: Incarnation;
  readonly participant: ParticipantId;
  /** How often it was rotated; counts from 1. */
  readonly rotation: number;
  /** Normalised. */
  readonly room: string;
  /** When it was signed: milliseconds since the epoch. */
  readonly at: number;
  /** It is no seat but the place of somebody who waits to be let in: it opens nothing. */
  readonly waits: boolean;
}

/** Signs and reads the tokens that open a seat again. */
export interface SeatTokens {
  sign(claim: SeatClaim): string;
  /** The claim of a token that was signed with this key; `undefined` for anything else. */
  verify(token: string): SeatClaim | undefined;
}

/** Tokens as `claim.mac`, both base64url (RFC 4648 section 5): the claim as JSON, and an HMAC-SHA-256 (RFC 2104) over it. */
export function createSeatTokens(secret: Uint8Array): SeatTokens {
  // Another number for another shape of the claim: a token of before is then none.
  const mac = (claim: string) => createHmac('sha256', secret).update(`treff seat 4\n${claim}`).digest();
  return {
    sign(claim) {
      const text = Buffer.from(JSON.stringify(claim)).toString('base64url');
      return `${text}.${mac(text).toString('base64url')}`;
    },
    verify(token) {
      const [, text, signature] = /^([\w-]+)\.([\w-]{43})$/.exec(token) ?? [];
      if (text === undefined || signature === undefined) return undefined;
      if (!timingSafeEqual(mac(text), Buffer.from(signature, 'base64url'))) return undefined;
      return claimSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    },
  };
}

const claimSchema = z.object({
  incarnation,
  participant: participantId,
  rotation: z.int(),
  room: z.string(),
  at: z.number(),
  waits: z.boolean(),
});

/**
 * Which rotations of one seat's token open it: the last one that was used, and the one that was given out for it. A token dies
 * when its successor is first used, so a stolen old one is worth nothing; and a reply that was lost with its socket locks nobody
 * out, because what the person still holds stays good until the new one arrived and was used.
 */
export class TokenRotation {
  /** 0: none yet. */
  #used = 0;

  /** The rotation to hand out now. */
  get next(): number {
    return this.#used + 1;
  }

  /** Uses a rotation up; `false` when it opens nothing (any more). */
  use(rotation: number): boolean {
    if (rotation !== this.#used && rotation !== this.next) return false;
    this.#used = rotation;
    return true;
  }
}
