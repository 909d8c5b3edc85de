import type { ErrorCode, ParticipantId, Role } from '@treff/protocol';
import type { ConferenceState } from '../../state.ts';
import { isRemoved } from '../moderation/moderation.ts';

/** The rules that stand as long as a conference does: the operator's, and those of the room's owner. */
export interface AccessPolicy {
  /** `authenticated`: whoever is not signed in waits until somebody who is has come (Jitsi's secure domain). */
  readonly opens: 'everyone' | 'authenticated';
  /** Whether people who are not signed in come in at all. */
  readonly guests: boolean;
  readonly maxParticipants: number;
  readonly nameRequired: boolean;
  /** Identity of the room's owner. */
  readonly owner: string | undefined;
  /** When the room may be entered: milliseconds since the epoch. */
  readonly notBefore: number | undefined;
  readonly notAfter: number | undefined;
  /** How many digits a password has to be. */
  readonly passwordDigits: number | undefined;
}

/** What the server knows for sure of somebody at the door. */
export interface Applicant {
  readonly identity?:
    | {
        readonly id: string;
        /** What the account or token says about moderating; absent: nothing. */
        readonly moderator?: boolean | undefined;
        /** Whether the display name is the account's. */
        readonly named: boolean;
      }
    | undefined;
  /** The network address, or the part of it that is one household's. */
  readonly address?: string | undefined;
  /** A password was given; `fits` is the hash that it was checked against and fits. */
  readonly password?: { readonly fits: string | undefined } | undefined;
  /** The role of an invitation to this room. */
  readonly invited?: Role | undefined;
  /** Returns as who they were when the server crashed. */
  readonly known?: boolean | undefined;
  /** Asks to be let in. */
  readonly knocks?: boolean | undefined;
}

/** What becomes of somebody at the door. */
export type Admission =
  | { readonly outcome: 'enter' }
  | { readonly outcome: 'knock' }
  | { readonly outcome: 'refused'; readonly code: ErrorCode };

/**
 * Who comes in: the whole policy in one place. `formerly`: who they were earlier in this conference.
 *
 * The order is from what nothing helps against to what the person can mend. Whoever was inside and lost the seat without meaning to comes back in, unless the rules were tightened
 * meanwhile; so does whoever moderates by right, and whoever was invited.
 */
export function admission(
  state: ConferenceState,
  { formerly, applicant }: { formerly?: ParticipantId | undefined; applicant: Applicant },
  now: number,
): Admission {
  const { policy, lobby, locked, password, mayReturn } = state.access;
  const { identity, invited, knocks } = applicant;
  if (isRemoved(state, { participant: formerly, identity: identity?.id, address: applicant.address }))
    return refused('session/kicked');
  const right = moderatesByRight(state, applicant);
  const returns = applicant.known === true || (formerly !== undefined && mayReturn.has(formerly));
  const passes = right || returns || invited !== undefined;

  if (state.participants.size >= policy.maxParticipants) return refused('room/full');
  if (!right && policy.notBefore !== undefined && now < policy.notBefore) return refused('room/not-yet');
  if (!right && policy.notAfter !== undefined && now >= policy.notAfter) return refused('room/no-longer');
  const isGuest = identity === undefined && !returns && invited === undefined;
  if (isGuest && !policy.guests) return refused('room/sign-in-required');
  if (isGuest && policy.opens === 'authenticated' && state.participants.size === 0)
    return refused('room/host-required');
  if (locked && !right && !returns) return refused('room/locked');
  if (passes) return { outcome: 'enter' };

  const proven = password !== undefined && applicant.password?.fits === password;
  if (proven) return { outcome: 'enter' };
  if (lobby && knocks === true) return { outcome: 'knock' };
  if (password !== undefined)
    return refused(applicant.password === undefined ? 'room/password-required' : 'room/password-wrong');
  return lobby ? refused('room/knock-required') : { outcome: 'enter' };
}

/** Whether somebody moderates whoever else does: the room is theirs, or their token or invitation says so. */
export function moderatesByRight(
  { access: { policy } }: ConferenceState,
  { identity, invited }: Applicant,
): boolean {
  if (invited === 'moderator' || identity?.moderator === true) return true;
  return identity !== undefined && identity.id === policy.owner;
}

function refused(code: ErrorCode): Admission {
  return { outcome: 'refused', code };
}
