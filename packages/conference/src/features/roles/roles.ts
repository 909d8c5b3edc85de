import { LIMITS, type ParticipantId, type Role } from '@treff/protocol';
import { accept, refuse, type Feature } from '../../feature.ts';
import type { ConferenceEvent } from '../../registry.ts';
import type { Actor, ConferenceState } from '../../state.ts';
import { moderatesByRight, type Applicant } from '../access/admission.ts';
import type { Participant } from '../participants/participants.ts';

/** The operator's policy. */
export interface RolePolicy {
  /**
   * Who moderates on coming in, besides those whom a token, an invitation or their own room makes one: whoever opens the conference, everybody, whoever is signed in,
   * or nobody else.
   */
  readonly moderators: 'first' | 'everyone' | 'authenticated' | 'token';
  /** Whether somebody is promoted when the last moderator has left for good. */
  readonly promotes: boolean;
}

export interface RolesState {
  readonly policy: RolePolicy;
  readonly moderators: ReadonlySet<ParticipantId>;
  /** Moderators who gave their seats up, oldest first: each may come back as one, once. Never projected. */
  readonly former: readonly ParticipantId[];
  /** Identities of those who moderate, or left as moderators, in order: they do so with another device, too. Never projected. */
  readonly accounts: readonly string[];
  /** Somebody else is promoted unless a moderator has come by then. Milliseconds since the epoch; never projected. */
  readonly vacantUntil: number | undefined;
}

export type RolesCommand =
  | { readonly type: 'grant-moderator'; readonly participant: ParticipantId }
  | { readonly type: 'revoke-moderator'; readonly participant: ParticipantId };

export type RolesEvent =
  | {
      readonly type: 'role-changed';
      readonly participant: ParticipantId;
      readonly role: Role;
      /** Absent: nobody, the rules did. */
      readonly by: ParticipantId | undefined;
      /** Who the participant is outside, if the server knows. Never projected. */
      readonly identity: string | undefined;
    }
  /** The last moderator's page is gone and may be loaded again, or those who came back after a restart wait for theirs; or nobody waits any more. */
  | { readonly type: 'moderation-vacant'; readonly until: number | undefined };

/** Who moderates. */
export const roles: Feature<RolesState, RolesCommand, RolesEvent, never> = {
  initial: {
    policy: { moderators: 'first', promotes: true },
    moderators: new Set(),
    former: [],
    accounts: [],
    vacantUntil: undefined,
  },

  decide: {
    'grant-moderator': (state, { participant }, actor) => change(state, participant, 'moderator', actor),

    'revoke-moderator'(state, { participant }, actor) {
      const { moderators } = state.roles;
      if (moderators.size === 1 && moderators.has(participant)) return refuse('role/last-moderator');
      return change(state, participant, 'participant', actor);
    },
  },

  evolve(slice, event) {
    switch (event.type) {
      case 'participant-joined': {
        const former = slice.former.filter((id) => id !== event.formerly);
        const came = former.length === slice.former.length ? slice : { ...slice, former };
        const { id, identity } = event.participant;
        return event.role === 'moderator' ? withModerator(came, id, identity) : came;
      }
      case 'participant-left': {
        if (!slice.moderators.has(event.participant)) return slice;
        const left = without(slice, event.participant);
        if (event.reason === 'kicked') return withoutAccount(left, event.kick.identity);
        return { ...left, former: [...slice.former, event.participant].slice(-LIMITS.participants) };
      }
      case 'role-changed':
        return event.role === 'moderator'
          ? withModerator(slice, event.participant, event.identity)
          : withoutAccount(without(slice, event.participant), event.identity);
      case 'moderation-vacant':
        return { ...slice, vacantUntil: event.until };
      default:
        return slice;
    }
  },

  project: () => ({}),

  projectEvent(_before, event) {
    if (event.type !== 'role-changed') return [];
    const { participant, role, by } = event;
    return [{ type: 'participant-role', participant, role, ...(by === undefined ? {} : { by }) }];
  },

  nextDeadline: (state) => (state.participants.size === 0 ? undefined : state.roles.vacantUntil),
};

export function roleOf(state: ConferenceState, participant: ParticipantId): Role {
  return state.roles.moderators.has(participant) ? 'moderator' : 'participant';
}

/**
 * As what somebody comes in. `formerly`: who they were earlier in this conference; `role`: what they were in the one that a crash ended, which is kept
 * also by the first to come.
 */
export function roleOnJoin(
  state: ConferenceState,
  {
    formerly,
    role,
    applicant = {},
  }: {
    formerly?: ParticipantId | undefined;
    role?: Role | undefined;
    applicant?: Applicant | undefined;
  },
): Role {
  const { policy, former, accounts, vacantUntil } = state.roles;
  if (moderatesByRight(state, applicant)) return 'moderator';
  if (applicant.identity !== undefined && accounts.includes(applicant.identity.id)) return 'moderator';
  if (formerly !== undefined && former.includes(formerly)) return 'moderator';
  if (role !== undefined) return role;
  // A token may say that its bearer is no moderator.
  if (applicant.identity?.moderator === false) return 'participant';
  switch (policy.moderators) {
    case 'everyone':
      return 'moderator';
    case 'authenticated':
      return applicant.identity === undefined ? 'participant' : 'moderator';
    case 'token':
      return 'participant';
    case 'first':
      // After a crash, or while a page is loaded again, the first to come need not be who opened it.
      return state.participants.size === 0 &&
        vacantUntil === undefined &&
        state.access.heldUntil === undefined
        ? 'moderator'
        : 'participant';
  }
}

/** What follows for the roles from `events`, which lead from `before` to `after`. */
export function nextRoles(
  before: ConferenceState,
  after: ConferenceState,
  events: readonly ConferenceEvent[],
  now: number,
): readonly RolesEvent[] {
  const { policy, moderators, vacantUntil } = after.roles;
  const people = [...after.participants.values()];
  if (moderators.size > 0 || people.length === 0) return [];
  const promotable = people.filter((person) => isPromotable(policy, person));
  const next = promotable.find(({ resumeBefore }) => resumeBefore === undefined) ?? promotable[0];
  if (vacantUntil !== undefined && now < vacantUntil) return [];
  if (next === undefined)
    return vacantUntil === undefined ? [] : [{ type: 'moderation-vacant', until: undefined }];
  if (vacantUntil === undefined && mayReturn(before, events))
    return [{ type: 'moderation-vacant', until: now + LIMITS.resumeMs }];
  const { id: participant, identity } = next;
  return [{ type: 'role-changed', participant, role: 'moderator', by: undefined, identity }];
}

/** Whether the rules may make somebody a moderator when nobody is left. */
function isPromotable({ promotes, moderators }: RolePolicy, { identity, subordinate }: Participant): boolean {
  if (!promotes || moderators === 'token' || subordinate) return false;
  return moderators !== 'authenticated' || identity !== undefined;
}

/** Whether whoever moderated is perhaps not gone for good: a reload, or a restart after which others were back earlier. */
function mayReturn(before: ConferenceState, events: readonly ConferenceEvent[]): boolean {
  return events.some(
    (event) =>
      event.type === 'participant-joined' ||
      (event.type === 'participant-left' &&
        event.reason === 'closed' &&
        before.roles.moderators.has(event.participant)),
  );
}

function change(state: ConferenceState, participant: ParticipantId, role: Role, actor: Actor) {
  const person = state.participants.get(participant);
  if (person === undefined) return refuse('participant/unknown');
  if (roleOf(state, participant) === role) return accept<RolesEvent>();
  const by = actor.kind === 'participant' ? actor.id : undefined;
  return accept<RolesEvent>({ type: 'role-changed', participant, role, by, identity: person.identity });
}

function withModerator(slice: RolesState, id: ParticipantId, identity: string | undefined): RolesState {
  const moderators = new Set(slice.moderators).add(id);
  const others = withoutAccount(slice, identity).accounts;
  const accounts = identity === undefined ? others : [...others, identity].slice(-LIMITS.participants);
  return { ...slice, moderators, accounts, vacantUntil: undefined };
}

function withoutAccount(slice: RolesState, identity: string | undefined): RolesState {
  if (identity === undefined || !slice.accounts.includes(identity)) return slice;
  return { ...slice, accounts: slice.accounts.filter((account) => account !== identity) };
}

function without(slice: RolesState, id: ParticipantId): RolesState {
  const moderators = new Set(slice.moderators);
  moderators.delete(id);
  return { ...slice, moderators };
}
