import {
  CLOSE,
  LIMITS,
  type Bridge,
  type BridgeMessage,
  type ErrorCode,
  type Incarnation,
  type ParticipantId,
  type RtpCapabilities,
  type StartMuted,
} from '@treff/protocol';
import type { Ended, RolePolicy } from '@treff/conference';
import type { Clock } from './clock.ts';
import { Focus } from './focus.ts';
import type { Logger } from './logger.ts';
import type { SeatClaim, SeatTokens } from './seat-token.ts';
import type { JoinRequest, Reception, ResumeRequest, Session } from './session.ts';

export interface ConferencesOptions {
  readonly bridge: Bridge;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tokens: SeatTokens;
  /** Whether browsers may connect directly. */
  readonly p2p: boolean;
  readonly roles: RolePolicy;
  readonly startMuted: StartMuted;
  readonly makeIncarnation: () => Incarnation;
  readonly makeParticipantId: () => ParticipantId;
  /** How many conferences there may be; {@link LIMITS.conferences} if absent. */
  readonly limit?: number;
}

const FULL_RETRY_AFTER_MS = 30_000;

/** Every conference of this process, by the room's name. One begins with its first participant and ends with its last. */
export class Conferences implements Reception {
  readonly rtpCapabilities: RtpCapabilities;
  readonly #options: ConferencesOptions;
  readonly #limit: number;
  readonly #byRoom = new Map<string, Focus>();
  readonly #byIncarnation = new Map<Incarnation, Focus>();
  /** Those that ended as they should, lately: nobody comes back from one of them. */
  readonly #over = new Map<Incarnation, Ended | undefined>();
  readonly #unsubscribe: () => void;
  /** Of the bridge. One that was there before this server has told others; that then looks like a gap, and is one. */
  #lastEvent = 0;

  constructor(options: ConferencesOptions) {
    this.#options = options;
    this.#limit = options.limit ?? LIMITS.conferences;
    this.rtpCapabilities = options.bridge.rtpCapabilities;
    this.#unsubscribe = options.bridge.subscribe((message) => this.#receive(message));
  }

  get count(): { conferences: number; seats: number; outboxBytes: number } {
    const all = [...this.#byRoom.values()];
    return {
      conferences: all.length,
      seats: all.reduce((sum, focus) => sum + focus.seats, 0),
      outboxBytes: all.reduce((sum, focus) => sum + focus.outboxBytes, 0),
    };
  }

  join(session: Session, room: string, request: JoinRequest): void {
    const focus = this.#byRoom.get(room) ?? this.#open(room);
    if (focus === undefined) session.refuse('server/full', FULL_RETRY_AFTER_MS);
    else focus.join(session, request, this.#claimOf(request.restore));
  }

  resume(session: Session, room: string, request: ResumeRequest): void {
    const claim = this.#options.tokens.verify(request.token);
    const ended = claim === undefined ? undefined : this.#over.get(claim.incarnation);
    if (ended !== undefined) return session.close(CLOSE.refused, 'room/ended', ended);
    const focus = claim === undefined ? undefined : this.#byIncarnation.get(claim.incarnation);
    // A token opens its own seat only, and only through the door of its own room.
    if (claim === undefined || focus?.room !== room) session.refuse('session/resume-refused');
    else focus.resume(session, claim, request);
  }

  /** Ends all of them. */
  close(code: number, error: ErrorCode): void {
    this.#unsubscribe();
    for (const focus of this.#byRoom.values()) focus.close(code, error);
  }

  /** What this server, or one before it with the same key, signed, unless it was for a conference that is over. */
  #claimOf(token: string | undefined): SeatClaim | undefined {
    const claim = token === undefined ? undefined : this.#options.tokens.verify(token);
    return claim === undefined || this.#over.has(claim.incarnation) ? undefined : claim;
  }

  /**
   * The one place where a room's conference begins, and `onOver` the one where it ends as it should; one that a crash ended is missing here, and its room
   * is opened anew. Rules of access that must outlive a crash are read at the first and deleted at the second.
   */
  #open(room: string): Focus | undefined {
    if (this.#byRoom.size >= this.#limit) return undefined;
    const { bridge, clock, logger, tokens, p2p, roles, startMuted, makeParticipantId } = this.#options;
    const incarnation = this.#options.makeIncarnation();
    const focus = new Focus({
      room,
      incarnation,
      bridge,
      clock,
      logger,
      tokens,
      p2p,
      roles,
      startMuted,
      makeParticipantId,
      onOver: (ended) => {
        this.#byRoom.delete(room);
        this.#byIncarnation.delete(incarnation);
        this.#forget(incarnation, ended);
        logger.debug({ incarnation }, 'a conference ended');
      },
    });
    this.#byRoom.set(room, focus);
    this.#byIncarnation.set(incarnation, focus);
    logger.debug({ incarnation }, 'a conference began');
    return focus;
  }

  #forget(incarnation: Incarnation, ended: Ended | undefined): void {
    this.#over.set(incarnation, ended);
    for (const oldest of this.#over.keys()) {
      if (this.#over.size <= LIMITS.conferences) break;
      this.#over.delete(oldest);
    }
  }

  #receive(message: BridgeMessage): void {
    if ('signal' in message) {
      this.#byIncarnation.get(message.signal.incarnation)?.signal(message.signal);
      return;
    }
    const { seq, event } = message;
    // Repeated or late: what it said is in the snapshot that its gap caused.
    if (seq <= this.#lastEvent) return;
    const missed = seq - this.#lastEvent - 1;
    this.#lastEvent = seq;
    if (missed > 0) {
      this.#options.logger.warn({ missed }, 'events of the bridge were missed');
      for (const focus of this.#byRoom.values()) focus.resync();
    }
    this.#byIncarnation.get(event.incarnation)?.handle({ seq, event });
  }
}
