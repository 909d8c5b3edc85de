import {
  CLOSE,
  codeOf,
  LIMITS,
  TreffError,
  type AgreedCodecs,
  type Bridge,
  type BridgeMessage,
  type CameraCaps,
  type ErrorCode,
  type Incarnation,
  type LoadLevel,
  type ParticipantId,
  type RtpCapabilities,
  type StartMuted,
} from '@treff/protocol';
import type { AccessPolicy, Ended, RolePolicy } from '@treff/conference';
import type { Door } from './access/door.ts';
import { hashPassword } from './access/password-hash.ts';
import type { Clock } from './clock.ts';
import { capsOf, STANDARD_CAMERA, type CameraPolicy } from './config-camera.ts';
import { Focus } from './focus.ts';
import type { Logger } from './logger.ts';
import type { RulesKeeper } from './rules-keeper.ts';
import type { SeatClaim, SeatTokens } from './seat-token.ts';
import type { JoinRequest, Reception, ResumeRequest, Session } from './session.ts';
import { WaitingForHost } from './waiting-for-host.ts';

export interface ConferencesOptions {
  readonly bridge: Bridge;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tokens: SeatTokens;
  /** Whether browsers may connect directly. */
  readonly p2p: boolean;
  /** What pictures are encoded in, what is best first; the standard if absent. */
  readonly codecs?: AgreedCodecs | undefined;
  /** What cameras are at most; {@link STANDARD_CAMERA} if absent. */
  readonly camera?: CameraPolicy | undefined;
  readonly roles: RolePolicy;
  /** The operator's rules; what a room's owner wants comes on top. */
  readonly access: AccessPolicy;
  readonly door: Door;
  readonly rules: RulesKeeper;
  /** What the owner of a room has laid down; `undefined`: it has none. Absent: no room has. */
  readonly ownedRoom?: ((room: string) => Promise<OwnedRoom | undefined>) | undefined;
  readonly hashPassword?: (password: string) => Promise<string>;
  readonly startMuted: StartMuted;
  /** Where the server stands. */
  readonly region?: string | undefined;
  readonly makeIncarnation: () => Incarnation;
  readonly makeParticipantId: () => ParticipantId;
  /** How many conferences there may be; {@link LIMITS.conferences} if absent. */
  readonly limit?: number;
}

/** What the owner of a room wants, where it differs from the operator's rules. */
export interface OwnedRoom {
  readonly access: Pick<AccessPolicy, 'owner' | 'notBefore' | 'notAfter'>;
  /** Counts where it is less than the operator's. */
  readonly maxParticipants: number | undefined;
  /** What cameras are at most; within the operator's most. */
  readonly camera?: CameraCaps | undefined;
  readonly moderators: RolePolicy['moderators'];
  readonly doors: { readonly password: string | undefined; readonly lobby: boolean };
  readonly startMuted: StartMuted;
}

const FULL_RETRY_AFTER_MS = 30_000;

function full(): TreffError {
  return new TreffError('server/full', undefined, { retryAfterMs: FULL_RETRY_AFTER_MS });
}

/** Every conference of this process, by the room's name. One begins with its first participant and ends with its last. */
export class Conferences implements Reception {
  readonly rtpCapabilities: RtpCapabilities;
  readonly #options: ConferencesOptions;
  readonly #limit: number;
  readonly #byRoom = new Map<string, Focus>();
  readonly #byIncarnation = new Map<Incarnation, Focus>();
  /** Those that ended as they should, lately: nobody comes back from one of them. */
  readonly #over = new Map<Incarnation, Ended | undefined>();
  /** Rooms that are being opened: whoever comes meanwhile waits for the same conference. */
  readonly #opening = new Map<string, Promise<Focus | undefined>>();
  readonly #waitingForHost = new WaitingForHost();
  #closed = false;
  readonly #unsubscribe: () => void;
  /** Of the bridge. One that was there before this server has told others; that then looks like a gap, and is one. */
  #lastEvent = 0;
  /** As the bridge said last. */
  #bridgeLoad: LoadLevel = 'normal';

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
    this.#join(session, room, request).catch((error: unknown) => {
      if (!(error instanceof TreffError))
        this.#options.logger.error({ err: error }, 'a defect in letting people in');
      // They came in by another way meanwhile.
      if (session.hasPlace) return;
      session.refuse(codeOf(error), error instanceof TreffError ? { retryAfterMs: error.retryAfterMs } : {});
    });
  }

  async #join(session: Session, room: string, request: JoinRequest): Promise<void> {
    const { door } = this.#options;
    const lost = this.#claimOf(request.restore);
    door.count(session, lost);
    // Who had a place has it still: to send them away is no relief, for they come again.
    if (this.#bridgeLoad === 'full' && lost === undefined) throw full();
    const caller = await door.identify(session, room, request);
    const displayName = caller.displayName ?? request.displayName;
    for (;;) {
      const focus = await this.#focusOf(room);
      if (focus === undefined) throw full();
      const password = await this.#tryPassword(session, focus, request.password);
      // It may have ended meanwhile, and another one have begun, with other rules.
      if (this.#byRoom.get(room) !== focus) continue;
      focus.join(
        session,
        { ...request, displayName },
        {
          applicant: { ...caller.applicant, password },
          lost,
          onHostRequired: () => this.#waitingForHost.add(room, session, request),
        },
      );
      return;
    }
  }

  /** Whether a password fits, if there is something to compare. Rejects as the door does, and leaves no empty conference behind then. */
  async #tryPassword(session: Session, focus: Focus, password: string | undefined) {
    const { room, password: hash } = focus;
    if (password === undefined || hash === undefined) return undefined;
    try {
      return await this.#options.door.tryPassword(session, room, password, hash);
    } catch (error) {
      focus.abandon();
      throw error;
    }
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

  /** Ends all of them, because the server stops: what protected them is kept for the next one. */
  close(code: number, error: ErrorCode): void {
    this.#closed = true;
    this.#unsubscribe();
    for (const focus of this.#byRoom.values()) focus.close(code, error);
  }

  /** What this server, or one before it with the same key, signed, unless it was for a conference that is over. */
  #claimOf(token: string | undefined): SeatClaim | undefined {
    const claim = token === undefined ? undefined : this.#options.tokens.verify(token);
    return claim === undefined || this.#over.has(claim.incarnation) ? undefined : claim;
  }

  /** The conference of a room, which is opened if need be; `undefined`: there is no room for it. */
  async #focusOf(room: string): Promise<Focus | undefined> {
    const open = this.#byRoom.get(room);
    if (open !== undefined) return open;
    const { ownedRoom } = this.#options;
    if (ownedRoom === undefined) return this.#open(room, undefined);
    const opening =
      this.#opening.get(room) ??
      ownedRoom(room)
        .then((owned) => this.#open(room, owned))
        .finally(() => this.#opening.delete(room));
    this.#opening.set(room, opening);
    return opening;
  }

  /**
   * The one place where a room's conference begins, and `onOver` the one where it ends as it should; one that a crash or restart ended is missing here, and its room
   * is opened anew, with the rules that it had.
   */
  #open(room: string, owned: OwnedRoom | undefined): Focus | undefined {
    if (this.#closed || this.#byRoom.size >= this.#limit) return undefined;
    const { bridge, clock, logger, tokens, p2p, codecs, roles, access, startMuted, rules } = this.#options;
    const { makeParticipantId, region } = this.#options;
    const incarnation = this.#options.makeIncarnation();
    const restored = rules.takeUp(room);
    const focus = new Focus({
      room,
      incarnation,
      bridge,
      clock,
      logger,
      tokens,
      p2p,
      codecs,
      cameraCaps: capsOf(this.#options.camera ?? STANDARD_CAMERA, owned?.camera),
      roles: owned === undefined ? roles : { ...roles, moderators: owned.moderators },
      access: {
        ...access,
        ...owned?.access,
        maxParticipants: Math.min(access.maxParticipants, owned?.maxParticipants ?? access.maxParticipants),
      },
      doors: owned?.doors,
      startMuted: owned?.startMuted ?? startMuted,
      region,
      restored,
      hashPassword: this.#options.hashPassword ?? hashPassword,
      makeParticipantId,
      onRules: (latest) => rules.keep(room, incarnation, restored?.incarnations ?? [], latest),
      onOpened: () => {
        for (const [session, request] of this.#waitingForHost.take(room)) this.join(session, room, request);
      },
      onOver: ({ ended, entered }) => {
        // Who was only refused at the door has changed nothing.
        if (entered && !this.#closed) rules.forget(room);
        else if (restored !== undefined) rules.putBack(room, restored);
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
      const { signal } = message;
      if (signal.type === 'load') this.#bridgeLoad = signal.level;
      else this.#byIncarnation.get(signal.incarnation)?.signal(signal);
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
