import { LIMITS, type CommandId, type ErrorCode, type ParticipantId } from '@treff/protocol';
import { Outbox } from './outbox.ts';
import { TokenRotation } from './seat-token.ts';
import type { Session } from './session.ts';

/** What became of a command: `undefined` when it was accepted. */
export type CommandResult = ErrorCode | undefined;

/** A participant's place in a conference. It outlives its sessions. */
export class Seat {
  readonly participant: ParticipantId;
  readonly rotation = new TokenRotation();
  readonly outbox = new Outbox({
    entries: LIMITS.outboxEntries,
    bytes: LIMITS.outboxBytes,
    // A dead socket is noticed late, and then the seat is held for `resumeMs`: this covers both.
    ageMs: 2 * LIMITS.resumeMs,
  });
  readonly results = new RememberedResults(LIMITS.rememberedCommands);
  /** Absent while the person's device is away. */
  session: Session | undefined;
  /** Until its transports are there the person has not been told of the seat, and nothing is sent to it. */
  phase: SeatPhase;

  constructor(participant: ParticipantId, session: Session, phase: SeatPhase) {
    this.participant = participant;
    this.session = session;
    this.phase = phase;
  }

  /** A numbered message: kept, and sent when somebody is there. */
  push(message: object, now: number): void {
    const text = this.outbox.push(message, now);
    this.session?.sendText(text);
  }
}

export type SeatPhase =
  /** `cancel` stops the deadline by which its transports must be there. */
  { readonly name: 'joining'; readonly cancel: () => void } | { readonly name: 'seated' };

/** The results of the latest commands, so that a repeated one is answered without being done again. */
export class RememberedResults {
  readonly #limit: number;
  readonly #results = new Map<CommandId, CommandResult>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  has(id: CommandId): boolean {
    return this.#results.has(id);
  }

  get(id: CommandId): CommandResult {
    return this.#results.get(id);
  }

  /** Forgets the oldest beyond the limit. */
  set(id: CommandId, result: CommandResult): void {
    this.#results.set(id, result);
    for (const oldest of this.#results.keys()) {
      if (this.#results.size <= this.#limit) break;
      this.#results.delete(oldest);
    }
  }
}
