import type { ConferenceCommand, ConferenceEvent, ConferenceState } from '@treff/conference';
import { CLOSE, type ErrorCode, type ParticipantId, type RtpCapabilities } from '@treff/protocol';
import { TokenRotation, type SeatClaim } from './seat-token.ts';
import type { CommandResult } from './seat.ts';
import type { ErrorDetails, JoinRequest, Session } from './session.ts';

export interface WaitingRoomOptions {
  readonly state: () => ConferenceState;
  /** Does the work after all that is going on in the conference. */
  readonly run: (work: () => void) => void;
  /** Within such work: as the system. */
  readonly dispatch: (command: ConferenceCommand) => CommandResult;
  readonly sign: (waiting: Waiting) => string;
}

/** Somebody who waits before a conference: their place outlives their sessions, as a seat does. */
export interface Waiting {
  readonly participant: ParticipantId;
  readonly rotation: TokenRotation;
  rtpCapabilities: RtpCapabilities;
  /** Absent while the person's device is away. */
  session: Session | undefined;
}

/** Refusals about which the moderators may be asked. */
export const KNOCKABLE: ReadonlySet<ErrorCode> = new Set([
  'room/password-required',
  'room/password-wrong',
  'room/knock-required',
]);

/** The sessions of those who wait to be let into one conference. Who they are and what becomes of them, the conference knows. */
export class WaitingRoom {
  readonly #options: WaitingRoomOptions;
  readonly #waiting = new Map<ParticipantId, Waiting>();

  constructor(options: WaitingRoomOptions) {
    this.#options = options;
  }

  /** Somebody has knocked. */
  add(participant: ParticipantId, session: Session, { rtpCapabilities }: JoinRequest): void {
    const waiting = { participant, rotation: new TokenRotation(), rtpCapabilities, session };
    this.#waiting.set(participant, waiting);
    this.#tell(waiting, session);
  }

  /** Somebody who waited is back, or was let in meanwhile. `false`: there is no such place. */
  takeBack(
    session: Session,
    { rtpCapabilities }: JoinRequest,
    { participant, rotation }: SeatClaim,
  ): boolean {
    const waiting = this.#waiting.get(participant);
    // Who is not away and brings something, such as a password, asks anew; should it not help, the place is still there.
    if (waiting === undefined || waiting.session === session || !waiting.rotation.use(rotation)) return false;
    const { session: old } = waiting;
    waiting.session = session;
    waiting.rtpCapabilities = rtpCapabilities;
    old?.close(CLOSE.replaced, 'session/replaced');
    const refusal = this.#options.dispatch({ type: 'resume-knock', knocker: participant });
    if (refusal !== undefined) session.refuse(refusal);
    else if (this.#options.state().access.knocking.has(participant)) this.#tell(waiting, session);
    return true;
  }

  /** Takes out who came in: their session needs a seat. */
  take(participant: ParticipantId): Waiting | undefined {
    const waiting = this.#waiting.get(participant);
    this.#waiting.delete(participant);
    return waiting;
  }

  /** Tells who waits what happened to them. */
  see(event: ConferenceEvent): void {
    if (event.type === 'lobby-message')
      this.#waiting.get(event.knocker)?.session?.send({ type: 'lobby-message', message: event.message });
    // Who was admitted gets a seat in a moment.
    if (event.type !== 'knock-ended' || event.outcome === 'admitted') return;
    const session = this.take(event.knocker)?.session;
    if (event.outcome !== 'rejected') return;
    const by = event.by === undefined ? undefined : this.#options.state().participants.get(event.by);
    session?.close(CLOSE.refused, 'lobby/rejected', by === undefined ? {} : { by: by.displayName });
  }

  close(code: number, error: ErrorCode, details?: ErrorDetails): void {
    for (const { session } of this.#waiting.values()) session?.close(code, error, details);
    this.#waiting.clear();
  }

  #tell(waiting: Waiting, session: Session): void {
    const { state, run, dispatch, sign } = this.#options;
    const { participant } = waiting;
    const own = (work: () => void) =>
      run(() => {
        if (waiting.session === session) work();
      });
    session.wait({
      say(text) {
        let refusal: CommandResult = 'room/gone';
        run(() => {
          refusal = dispatch({ type: 'answer-in-lobby', knocker: participant, text });
        });
        return refusal;
      },
      leave: () =>
        own(() => {
          waiting.session = undefined;
          dispatch({ type: 'withdraw-knock', knocker: participant });
        }),
      lost: () =>
        own(() => {
          waiting.session = undefined;
          dispatch({ type: 'interrupt-knock', knocker: participant });
        }),
    });
    const knocker = state().access.knocking.get(participant);
    const token = sign(waiting);
    session.send({ type: 'waiting', for: 'admission', token, messages: [...(knocker?.messages ?? [])] });
  }
}
