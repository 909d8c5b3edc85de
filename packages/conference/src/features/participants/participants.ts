import {
  LIMITS,
  type ParticipantId,
  type ParticipantView,
  type Role,
  type VideoCodec,
} from '@treff/protocol';
import { accept, refuse, type Feature } from '../../feature.ts';
import type { AccessEvent } from '../access/access.ts';
import { admission, type Applicant } from '../access/admission.ts';
import type { Kick } from '../moderation/moderation.ts';
import { roleOf, roleOnJoin } from '../roles/roles.ts';
import { cleanDisplayName } from './display-name.ts';

/** Who has a seat, in order of joining. A seat outlives its sockets for `LIMITS.resumeMs`. */
export type ParticipantsState = ReadonlyMap<ParticipantId, Participant>;

export interface Participant {
  readonly id: ParticipantId;
  /** Clean; empty when none was given. */
  readonly displayName: string;
  /** When the seat is given up unless its participant returns; absent while connected. Milliseconds since the epoch; never projected. */
  readonly resumeBefore: number | undefined;
  /** Agrees to direct connections. Nobody else is told. */
  readonly p2p: boolean;
  /** What their browser decodes; empty: nobody has said, or no pictures at all. Never projected. */
  readonly decodes: readonly VideoCodec[];
  /** Who the person is outside, if the server knows. Never projected. */
  readonly identity: string | undefined;
  /** Whether their token says that they are no moderator; others may still make them one. Never projected. */
  readonly subordinate: boolean;
  /** Whether the name is that of an account or token: it can't be changed here. */
  readonly verified: boolean;
  /** The network address they came from, or the part of it that is one household's. Never projected. */
  readonly address: string | undefined;
}

/** `closed`: the page went away, perhaps to be loaded again. */
export type LeaveReason = 'left' | 'closed' | 'timeout' | 'replaced';

export type ParticipantsCommand =
  | {
      readonly type: 'join';
      readonly participant: ParticipantId;
      readonly displayName: string;
      readonly p2p: boolean;
      readonly decodes?: readonly VideoCodec[] | undefined;
      /** Who this person was before in this conference. */
      readonly formerly?: ParticipantId | undefined;
      /** What they were in the conference that a crash of the server ended. */
      readonly role?: Role | undefined;
      /** What the server knows of them besides. */
      readonly applicant?: Applicant | undefined;
    }
  | { readonly type: 'leave'; readonly participant: ParticipantId; readonly reason: LeaveReason }
  /** The last socket of the seat was lost. */
  | { readonly type: 'interrupt'; readonly participant: ParticipantId }
  /** A socket took the seat back. */
  | { readonly type: 'resume'; readonly participant: ParticipantId }
  | { readonly type: 'rename'; readonly displayName: string }
  | { readonly type: 'allow-p2p'; readonly allowed: boolean }
  /** Time passed: seats past their deadline are given up. */
  | { readonly type: 'tick' };

export type ParticipantsEvent =
  | {
      readonly type: 'participant-joined';
      readonly participant: Participant;
      readonly role: Role;
      readonly formerly: ParticipantId | undefined;
    }
  | { readonly type: 'participant-left'; readonly participant: ParticipantId; readonly reason: LeaveReason }
  | {
      readonly type: 'participant-left';
      readonly participant: ParticipantId;
      readonly reason: 'kicked';
      readonly by: ParticipantId;
      /** What the person is told. */
      readonly kick: Kick;
    }
  | {
      readonly type: 'participant-interrupted';
      readonly participant: ParticipantId;
      readonly resumeBefore: number;
    }
  | { readonly type: 'participant-resumed'; readonly participant: ParticipantId }
  | {
      readonly type: 'participant-renamed';
      readonly participant: ParticipantId;
      readonly displayName: string;
    }
  | { readonly type: 'p2p-allowed'; readonly participant: ParticipantId; readonly allowed: boolean };

export const participants: Feature<
  ParticipantsState,
  ParticipantsCommand,
  ParticipantsEvent | AccessEvent,
  'participants'
> = {
  initial: new Map(),

  decide: {
    join(
      state,
      { participant: id, displayName, p2p, decodes = [], formerly, role, applicant = {} },
      _actor,
      { now },
    ) {
      if (state.participants.has(id) || state.access.knocking.has(id)) return refuse('protocol/unexpected');
      const admitted = admission(state, { formerly, applicant }, now);
      if (admitted.outcome === 'refused') return refuse(admitted.code);
      const name = cleanDisplayName(displayName);
      if (name === undefined) return refuse('participant/invalid-name');
      if (name === '' && state.access.policy.nameRequired) return refuse('participant/name-required');
      if (admitted.outcome === 'knock') {
        if (state.access.knocking.size >= LIMITS.knocking) return refuse('room/lobby-full');
        const knocker = { id, displayName: name, p2p, decodes, applicant, messages: [] };
        return accept({
          type: 'knocked',
          knocker: { ...knocker, resumeBefore: undefined, grantedBy: undefined },
        });
      }
      return accept({
        type: 'participant-joined',
        participant: newcomer({ id, displayName: name, p2p, decodes }, applicant),
        role: roleOnJoin(state, { formerly, role, applicant }),
        formerly,
      });
    },

    leave(state, { participant, reason }) {
      if (!state.participants.has(participant)) return refuse('participant/unknown');
      return accept({ type: 'participant-left', participant, reason });
    },

    interrupt(state, { participant }, _actor, { now }) {
      const seat = state.participants.get(participant);
      if (seat === undefined) return refuse('participant/unknown');
      if (seat.resumeBefore !== undefined) return accept();
      return accept({ type: 'participant-interrupted', participant, resumeBefore: now + LIMITS.resumeMs });
    },

    resume(state, { participant }) {
      const seat = state.participants.get(participant);
      if (seat === undefined) return refuse('participant/unknown');
      if (seat.resumeBefore === undefined) return accept();
      return accept({ type: 'participant-resumed', participant });
    },

    rename(state, { displayName }, actor) {
      if (actor.kind === 'system') return refuse('permission/denied');
      const name = cleanDisplayName(displayName);
      if (name === undefined || (name === '' && displayName !== ''))
        return refuse('participant/invalid-name');
      const own = state.participants.get(actor.id);
      if (own?.displayName === name) return accept();
      if (own?.verified === true) return refuse('participant/name-fixed');
      if (name === '' && state.access.policy.nameRequired) return refuse('participant/name-required');
      return accept({ type: 'participant-renamed', participant: actor.id, displayName: name });
    },

    'allow-p2p'(state, { allowed }, actor) {
      if (actor.kind === 'system') return refuse('permission/denied');
      if (state.participants.get(actor.id)?.p2p === allowed) return accept();
      return accept({ type: 'p2p-allowed', participant: actor.id, allowed });
    },

    tick(state, _command, _actor, { now }) {
      const late = [...state.participants.values()].filter(
        (seat) => seat.resumeBefore !== undefined && seat.resumeBefore <= now,
      );
      return accept(
        ...late.map(
          (seat) => ({ type: 'participant-left', participant: seat.id, reason: 'timeout' }) as const,
        ),
      );
    },
  },

  evolve(slice, event) {
    switch (event.type) {
      case 'participant-joined':
        return new Map(slice).set(event.participant.id, event.participant);
      case 'participant-left': {
        const rest = new Map(slice);
        rest.delete(event.participant);
        return rest;
      }
      case 'participant-interrupted':
        return change(slice, event.participant, { resumeBefore: event.resumeBefore });
      case 'participant-resumed':
        return change(slice, event.participant, { resumeBefore: undefined });
      case 'participant-renamed':
        return change(slice, event.participant, { displayName: event.displayName });
      case 'p2p-allowed':
        return change(slice, event.participant, { p2p: event.allowed });
      default:
        return slice;
    }
  },

  project(state) {
    return {
      participants: [...state.participants.values()].map((seat) => viewOf(seat, roleOf(state, seat.id))),
    };
  },

  projectEvent(_before, event) {
    switch (event.type) {
      case 'participant-joined':
        return [{ type: event.type, participant: viewOf(event.participant, event.role) }];
      case 'participant-left': {
        const { type, participant, reason } = event;
        return [{ type, participant, reason, ...(reason === 'kicked' ? { by: event.by } : {}) }];
      }
      case 'participant-renamed':
        return [event];
      case 'participant-interrupted':
        return [
          { type: 'participant-connection', participant: event.participant, connection: 'interrupted' },
        ];
      case 'participant-resumed':
        return [{ type: 'participant-connection', participant: event.participant, connection: 'connected' }];
      default:
        return [];
    }
  },

  nextDeadline(state) {
    let next: number | undefined;
    for (const { resumeBefore } of state.participants.values())
      if (resumeBefore !== undefined && (next === undefined || resumeBefore < next)) next = resumeBefore;
    return next;
  },
};

/** Somebody as they come in. */
export function newcomer(
  who: Pick<Participant, 'id' | 'displayName' | 'p2p' | 'decodes'>,
  { identity, address }: Applicant,
): Participant {
  return {
    ...who,
    resumeBefore: undefined,
    identity: identity?.id,
    subordinate: identity?.moderator === false,
    verified: identity?.named === true,
    address,
  };
}

function change(
  slice: ParticipantsState,
  id: ParticipantId,
  difference: Partial<Participant>,
): ParticipantsState {
  const seat = slice.get(id);
  return seat === undefined ? slice : new Map(slice).set(id, { ...seat, ...difference });
}

function viewOf({ id, displayName, verified, resumeBefore }: Participant, role: Role): ParticipantView {
  const connection = resumeBefore === undefined ? 'connected' : 'interrupted';
  return { id, displayName, role, verified, connection };
}
