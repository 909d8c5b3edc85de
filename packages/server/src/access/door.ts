import type { Applicant } from '@treff/conference';
import { LIMITS, TreffError, type Role } from '@treff/protocol';
import type { Clock } from '../clock.ts';
import { KeyedRate } from '../keyed-rate.ts';
import type { SeatClaim } from '../seat-token.ts';
import type { JoinRequest, Session } from '../session.ts';
import type { Identity } from './identity.ts';
import { verifyPassword } from './password-hash.ts';

export interface DoorOptions {
  readonly clock: Clock;
  /** Whose JSON Web Token it is. Rejects with a `TreffError`. Absent: tokens are not looked at. */
  readonly verifyJwt?: ((token: string, room: string) => Promise<Identity>) | undefined;
  /** The role of an invitation to this room; `undefined`: it is none, or none any more. */
  readonly redeemInvitation?:
    | ((room: string, secret: string) => Promise<{ readonly role: Role } | undefined>)
    | undefined;
  /** Whether the joins of an address are counted. */
  readonly limitsJoins?: boolean;
}

/** Somebody at the door of a room, as far as the server knows them. */
export interface Caller {
  readonly applicant: Applicant;
  /** The name of the account or token, which takes the place of the one that the person typed. */
  readonly displayName: string | undefined;
}

/** Finds out who somebody at the door is and what they bring; whether that lets them in, the conference decides. */
export class Door {
  readonly #options: DoorOptions;
  readonly #joins = new KeyedRate({
    burst: LIMITS.joinBurst,
    perSecond: LIMITS.joinsPerSecond,
    keys: LIMITS.countedAddresses,
  });
  readonly #returns = new KeyedRate({
    burst: LIMITS.returnBurst,
    perSecond: 1_000 / LIMITS.returnPaceMs,
    keys: LIMITS.countedAddresses,
  });
  readonly #attempts = new KeyedRate({
    burst: LIMITS.passwordAttempts,
    perSecond: 1_000 / LIMITS.passwordPaceMs,
    keys: LIMITS.countedAddresses,
  });
  readonly #attemptsOfRoom = new KeyedRate({
    burst: LIMITS.passwordAttemptsOfRoom,
    perSecond: 1_000 / LIMITS.passwordPaceOfRoomMs,
    keys: LIMITS.countedAddresses,
  });

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /**
   * Counts a join. Throws `room/too-many-joins`. `lost`: what the server signed for the place that the session lost; with it a few joins are free, and more of them count like
   * anybody's.
   */
  count({ address }: Session, lost: SeatClaim | undefined): void {
    if (this.#options.limitsJoins === false) return;
    const now = this.#options.clock.now();
    if (lost !== undefined && this.#returns.take(`${lost.incarnation} ${lost.participant}`, now)) return;
    if (this.#joins.take(address, now)) return;
    throw new TreffError('room/too-many-joins', undefined, {
      retryAfterMs: Math.ceil(1_000 / LIMITS.joinsPerSecond),
    });
  }

  /** Who it is. Rejects with what is wrong with a token or an invitation: `auth/…`, `room/invitation-invalid`. */
  async identify(session: Session, room: string, request: JoinRequest): Promise<Caller> {
    const { verifyJwt, redeemInvitation } = this.#options;
    const identity =
      request.jwt !== undefined && verifyJwt !== undefined
        ? await verifyJwt(request.jwt, room)
        : await session.identity();
    const invitation =
      request.invitation === undefined ? undefined : await redeemInvitation?.(room, request.invitation);
    if (request.invitation !== undefined && invitation === undefined)
      throw new TreffError('room/invitation-invalid');
    const displayName = identity?.displayName;
    return {
      displayName,
      applicant: {
        address: session.address,
        knocks: request.knock,
        invited: invitation?.role,
        ...(identity === undefined
          ? {}
          : {
              identity: {
                id: identity.id,
                moderator: identity.moderator,
                named: displayName !== undefined && displayName !== '',
              },
            }),
      },
    };
  }

  /**
   * Checks a password against the conference's hash. Rejects `room/too-many-attempts` without looking at it when too many wrong ones came from this address, or for this
   * room from anywhere.
   */
  async tryPassword(
    session: Session,
    room: string,
    password: string,
    hash: string,
  ): Promise<NonNullable<Applicant['password']>> {
    const now = this.#options.clock.now();
    const key = `${session.address} ${room}`;
    if (!this.#attempts.take(key, now)) throw tooManyAttempts(LIMITS.passwordPaceMs);
    if (!this.#attemptsOfRoom.take(room, now)) throw tooManyAttempts(LIMITS.passwordPaceOfRoomMs);
    // Taken before it is known to be wrong, so that many at a time don't get more tries; a right one costs nothing.
    if (password.length > LIMITS.roomPasswordLength || !(await verifyPassword(password, hash)))
      return { fits: undefined };
    this.#attempts.giveBack(key);
    this.#attemptsOfRoom.giveBack(room);
    return { fits: hash };
  }
}

function tooManyAttempts(retryAfterMs: number): TreffError {
  return new TreffError('room/too-many-attempts', undefined, { retryAfterMs });
}
