import {
  LIMITS,
  makeSourceId,
  type ConferenceView,
  type Incarnation,
  type SourceId,
  type SourceKind,
} from '@treff/protocol';
import type { Ticket } from './types.ts';

/** Who one is. It outlives seat and session: after a restart of the server one may be the same in another conference. */
export class Identity {
  #who: Omit<Ticket, 'token'> | undefined;
  #token: string | undefined;
  #earlierEpoch: Incarnation | undefined;

  constructor(ticket: Ticket | undefined) {
    this.#who = ticket;
    this.#token = ticket?.token;
  }

  /** Of the session that ended last. */
  get token(): string | undefined {
    return this.#token;
  }

  /** See `MeetingState`. */
  get earlierEpoch(): Incarnation | undefined {
    return this.#earlierEpoch;
  }

  /** `token`: of the session that lasts. */
  ticket(token = this.#token): Ticket | undefined {
    return this.#who === undefined || token === undefined ? undefined : { ...this.#who, token };
  }

  /** A seat was taken. `sat`: one had another before. */
  sit({ epoch, self }: ConferenceView, sat: boolean): void {
    const before = this.#who;
    // A ticket may be of a meeting that ended long ago; then one is somebody else by now.
    const known = sat || before?.self === self;
    if (known && before?.epoch !== epoch) this.#earlierEpoch = before?.epoch;
    this.#who = { epoch, self, sources: before?.self === self ? before.sources : 0 };
  }

  /** The session ended, with this token if it had one. */
  keep(token = this.#token): void {
    this.#token = token;
  }

  /** The person left: who comes back is somebody new. */
  forget(): void {
    this.#who = this.#token = this.#earlierEpoch = undefined;
  }

  /** An id that was never used; undefined when all are used up. */
  makeSourceId(kind: SourceKind): SourceId | undefined {
    const who = this.#who;
    if (who === undefined || who.sources > LIMITS.sourceIndex) return undefined;
    this.#who = { ...who, sources: who.sources + 1 };
    return makeSourceId(who.self, kind, who.sources);
  }
}
