import { createHmac, timingSafeEqual } from 'node:crypto';
import { incarnation, participantId, type Incarnation, type ParticipantId } from '@treff/protocol';
import * as z from 'zod/mini';

/** What a token says: whose seat it opens, in which life of which conference, and how often it was rotated. */
export interface SeatClaim {
  readonly incarnation: Incarnation;
  readonly participant: ParticipantId;
  /** Counts from 1. */
  readonly rotation: number;
}

/** Signs and reads the tokens that open a seat again. */
export interface SeatTokens {
  sign(claim: SeatClaim): string;
  /** The claim of a token that was signed with this key; `undefined` for anything else. */
  verify(token: string): SeatClaim | undefined;
}

/** Tokens as `incarnation.participant.rotation.mac`, the last an HMAC-SHA-256 (RFC 2104) over what is before it. */
export function createSeatTokens(secret: Uint8Array): SeatTokens {
  const mac = (claim: string) => createHmac('sha256', secret).update(`treff seat 1\n${claim}`).digest();
  return {
    sign(claim) {
      const text = `${claim.incarnation}.${claim.participant}.${claim.rotation}`;
      return `${text}.${mac(text).toString('base64url')}`;
    },
    verify(token) {
      const parts = /^(([0-9a-f]{32})\.([0-9a-f]{8})\.([1-9]\d{0,8}))\.([\w-]{43})$/.exec(token);
      if (parts === null) return undefined;
      const [, text = '', epoch, participant, rotation, signature = ''] = parts;
      if (!timingSafeEqual(mac(text), Buffer.from(signature, 'base64url'))) return undefined;
      return claimSchema.parse({ incarnation: epoch, participant, rotation: Number(rotation) });
    },
  };
}

const claimSchema = z.object({ incarnation, participant: participantId, rotation: z.int() });

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
