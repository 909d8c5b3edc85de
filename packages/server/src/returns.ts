import { LIMITS, type Incarnation, type ParticipantId } from '@treff/protocol';
import type { SeatClaim } from './seat-token.ts';

/** The conference that somebody asks to return to. */
export interface ReturnsOptions {
  readonly room: string;
  /** Conferences of the room that a crash or restart of the server ended, and that this one goes on from. Newest first. */
  readonly earlier: readonly Incarnation[];
}

/**
 * Who comes into a conference as who they were in an earlier one of the room: after a restart of the server everybody has a
 * token of the conference that died with it. Pure: no clock, no key.
 */
export class Returns {
  readonly #options: ReturnsOptions;
  /** An id has one life in a conference: media that is still on its way, and what others remember, belong to it. */
  readonly #returned = new Set<ParticipantId>();

  constructor(options: ReturnsOptions) {
    this.#options = options;
  }

  /** Whether a signed claim is of a conference that this one goes on from. */
  comesFrom({ room, incarnation }: SeatClaim): boolean {
    return room === this.#options.room && this.#options.earlier.includes(incarnation);
  }

  /** Whom a signed claim brings back at `now` (milliseconds since the epoch); `undefined`: nobody, who asks comes as somebody new. */
  whom(claim: SeatClaim, now: number): ParticipantId | undefined {
    if (!this.comesFrom(claim) || claim.waits) return undefined;
    if (now - claim.at > LIMITS.restoreMs || this.#returned.has(claim.participant)) return undefined;
    return claim.participant;
  }

  /** That participant is back: no other token brings them back again. */
  note(participant: ParticipantId): void {
    this.#returned.add(participant);
  }
}
