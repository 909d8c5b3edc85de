import { LIMITS, type AccessView, type LobbyMessage, type ParticipantId, type Role } from '@treff/protocol';
import { accept, refuse, type Feature } from '../../feature.ts';
import type { ConferenceEvent } from '../../registry.ts';
import type { ConferenceState } from '../../state.ts';
import type { ParticipantsEvent } from '../participants/participants.ts';
import type { AccessPolicy } from './admission.ts';
import { addMessage, changeKnocker, lobby, nextKnocks, viewOf, without, type Knocker } from './lobby.ts';

/** Who may come in. */
export interface AccessState {
  readonly policy: AccessPolicy;
  /** Hash of the conference's password. Never projected. */
  readonly password: string | undefined;
  readonly lobby: boolean;
  readonly locked: boolean;
  /** Who waits to be let in, in order of coming. */
  readonly knocking: ReadonlyMap<ParticipantId, Knocker>;
  /** Whose seats were lost without their meaning to, since the rules were tightened last. Never projected. */
  readonly mayReturn: ReadonlySet<ParticipantId>;
  /** Who was inside when the server crashed and has not come back, and as what they do. Never projected. */
  readonly expected: ReadonlyMap<ParticipantId, Role>;
  /** Somebody has been inside. Never projected. */
  readonly opened: boolean;
  /** Nobody is inside, and the rules are kept for somebody who may return. Milliseconds since the epoch; never projected. */
  readonly heldUntil: number | undefined;
}

export type AccessCommand =
  /** The shell hashes; absent: no password any more. */
  | { readonly type: 'set-password-hash'; readonly hash: string | undefined }
  | { readonly type: 'set-lobby'; readonly on: boolean }
  | { readonly type: 'set-lock'; readonly on: boolean }
  | { readonly type: 'admit'; readonly knocker: ParticipantId }
  | { readonly type: 'admit-all' }
  | { readonly type: 'reject'; readonly knocker: ParticipantId }
  | { readonly type: 'send-lobby-message'; readonly knocker: ParticipantId; readonly text: string }
  /** Of who waits, as the shell knows them. */
  | { readonly type: 'answer-in-lobby'; readonly knocker: ParticipantId; readonly text: string }
  | { readonly type: 'withdraw-knock'; readonly knocker: ParticipantId }
  | { readonly type: 'interrupt-knock'; readonly knocker: ParticipantId }
  | { readonly type: 'resume-knock'; readonly knocker: ParticipantId };

export type AccessEvent =
  | {
      readonly type: 'access-changed';
      /** What changed; a password as its hash. */
      readonly change: Partial<Pick<AccessState, 'password' | 'lobby' | 'locked'>>;
      readonly by: ParticipantId | undefined;
    }
  | { readonly type: 'knocked'; readonly knocker: Knocker }
  /** They come in as soon as they are back. */
  | { readonly type: 'knock-granted'; readonly knocker: ParticipantId; readonly by: ParticipantId }
  | {
      readonly type: 'knock-ended';
      readonly knocker: ParticipantId;
      readonly outcome: 'admitted' | 'rejected' | 'withdrawn' | 'timeout';
      readonly by: ParticipantId | undefined;
    }
  | { readonly type: 'knock-interrupted'; readonly knocker: ParticipantId; readonly resumeBefore: number }
  | { readonly type: 'knock-resumed'; readonly knocker: ParticipantId }
  | { readonly type: 'lobby-message'; readonly knocker: ParticipantId; readonly message: LobbyMessage }
  | { readonly type: 'conference-held'; readonly until: number | undefined };

/** The rules of a conference that nobody has made any for. */
export const OPEN_POLICY: AccessPolicy = {
  opens: 'everyone',
  guests: true,
  maxParticipants: LIMITS.participants,
  nameRequired: false,
  owner: undefined,
  notBefore: undefined,
  notAfter: undefined,
  passwordDigits: undefined,
};

export const access: Feature<
  AccessState,
  AccessCommand,
  AccessEvent | ParticipantsEvent,
  'access' | 'knocking'
> = {
  initial: {
    policy: OPEN_POLICY,
    password: undefined,
    lobby: false,
    locked: false,
    knocking: new Map(),
    mayReturn: new Set(),
    expected: new Map(),
    opened: false,
    heldUntil: undefined,
  },

  decide: {
    'set-password-hash'(state, { hash }, actor) {
      if (actor.kind === 'system') return refuse('permission/denied');
      if (state.access.password === hash) return accept();
      return accept({ type: 'access-changed', change: { password: hash }, by: actor.id });
    },

    'set-lobby'(state, { on }, actor, context) {
      if (actor.kind === 'system') return refuse('permission/denied');
      if (state.access.lobby === on) return accept();
      const changed = { type: 'access-changed', change: { lobby: on }, by: actor.id } as const;
      if (on) return accept(changed);
      const waiting = lobby['admit-all'](state, { type: 'admit-all' }, actor, context);
      return waiting.ok ? { ok: true, events: [changed, ...waiting.events] } : waiting;
    },

    'set-lock'(state, { on }, actor) {
      if (actor.kind === 'system') return refuse('permission/denied');
      if (state.access.locked === on) return accept();
      return accept({ type: 'access-changed', change: { locked: on }, by: actor.id });
    },

    ...lobby,
  },

  evolve(slice, event) {
    switch (event.type) {
      case 'access-changed': {
        const changed = { ...slice, ...event.change };
        return isTighter(event.change) ? { ...changed, mayReturn: new Set() } : changed;
      }
      case 'participant-joined':
        return {
          ...slice,
          opened: true,
          heldUntil: undefined,
          expected: withoutExpected(slice.expected, event.participant.id),
        };
      case 'participant-left': {
        const { participant, reason } = event;
        const meantIt = reason === 'left' || reason === 'kicked' || reason === 'replaced';
        const others = [...slice.mayReturn].filter((id) => id !== participant);
        const all = meantIt ? others : [...others, participant].slice(-LIMITS.participants);
        return all.length === slice.mayReturn.size && meantIt ? slice : { ...slice, mayReturn: new Set(all) };
      }
      case 'knocked':
        return { ...slice, knocking: new Map(slice.knocking).set(event.knocker.id, event.knocker) };
      case 'knock-granted':
        return changeKnocker(slice, event.knocker, { grantedBy: event.by });
      case 'knock-ended':
        return without(slice, event.knocker);
      case 'knock-interrupted':
        return changeKnocker(slice, event.knocker, { resumeBefore: event.resumeBefore });
      case 'knock-resumed':
        return changeKnocker(slice, event.knocker, { resumeBefore: undefined });
      case 'lobby-message':
        return addMessage(slice, event.knocker, event.message);
      case 'conference-held':
        return { ...slice, heldUntil: event.until };
      default:
        return slice;
    }
  },

  project: (state, viewer) => ({
    access: accessOf(state),
    knocking: knockingFor(state, viewer),
  }),

  projectEvent(before, event, after, viewer) {
    if (event.type === 'access-changed') {
      const { type, by } = event;
      return [{ type, access: accessOf(after), ...(by === undefined ? {} : { by }) }];
    }
    if (event.type === 'role-changed' && event.participant === viewer)
      return [{ type: 'knocking', knocking: knockingFor(after, viewer) }];
    if (!after.roles.moderators.has(viewer)) return [];
    switch (event.type) {
      case 'knocked':
        return [{ type: event.type, knocker: viewOf(event.knocker) }];
      case 'knock-granted':
        return [{ type: 'knock-ended', knocker: event.knocker, outcome: 'admitted', by: event.by }];
      case 'knock-ended': {
        const { type, knocker, outcome, by } = event;
        // Who was let in while away is no longer among those who wait.
        if (before.access.knocking.get(knocker)?.grantedBy !== undefined) return [];
        return [{ type, knocker, outcome, ...(by === undefined ? {} : { by }) }];
      }
      case 'knock-interrupted':
        return [{ type: 'knocker-connection', knocker: event.knocker, connection: 'interrupted' }];
      case 'knock-resumed':
        return [{ type: 'knocker-connection', knocker: event.knocker, connection: 'connected' }];
      case 'lobby-message':
        return [event];
      default:
        return [];
    }
  },

  nextDeadline({ access: { heldUntil, knocking } }) {
    const deadlines = [...knocking.values()].flatMap(({ resumeBefore }) => resumeBefore ?? []);
    if (heldUntil !== undefined) deadlines.push(heldUntil);
    return deadlines.length === 0 ? undefined : Math.min(...deadlines);
  },
};

/** Nobody has a seat, and nobody is expected back: the conference and all it knew ends. One that nobody has entered yet lasts as long as somebody waits. */
export function isOver({
  participants: seats,
  access: { opened, heldUntil, knocking },
}: ConferenceState): boolean {
  return seats.size === 0 && heldUntil === undefined && (opened || knocking.size === 0);
}

/** What follows for access from `events`, which lead from `before` to `after`, and from time going by. */
export function nextAccess(
  after: ConferenceState,
  events: readonly ConferenceEvent[],
  now: number,
): readonly AccessEvent[] {
  return [...nextKnocks(after, now), ...nextHold(after, events, now)];
}

/** When the last one's page goes, perhaps to be loaded again, what protects the conference stays for a while. */
function nextHold(
  { participants: seats, access: slice, moderation }: ConferenceState,
  events: readonly ConferenceEvent[],
  now: number,
): readonly AccessEvent[] {
  if (seats.size > 0) return [];
  if (slice.heldUntil !== undefined)
    return now < slice.heldUntil ? [] : [{ type: 'conference-held', until: undefined }];
  const { password, lobby: waits, locked, knocking } = slice;
  const isProtected =
    password !== undefined || waits || locked || knocking.size > 0 || moderation.kicked.size > 0;
  const closed = events.some((event) => event.type === 'participant-left' && event.reason === 'closed');
  return closed && isProtected ? [{ type: 'conference-held', until: now + LIMITS.resumeMs }] : [];
}

function withoutExpected(expected: AccessState['expected'], id: ParticipantId): AccessState['expected'] {
  if (!expected.has(id)) return expected;
  const others = new Map(expected);
  others.delete(id);
  return others;
}

function isTighter({ password, lobby: waits, locked }: Partial<AccessState>): boolean {
  return password !== undefined || waits === true || locked === true;
}

function accessOf({ access: { password, lobby: waits, locked, policy } }: ConferenceState): AccessView {
  const { passwordDigits } = policy;
  return {
    password: password !== undefined,
    lobby: waits,
    locked,
    ...(passwordDigits === undefined ? {} : { passwordDigits }),
  };
}

function knockingFor(state: ConferenceState, viewer: ParticipantId) {
  if (!state.roles.moderators.has(viewer)) return [];
  return [...state.access.knocking.values()].filter(({ grantedBy }) => grantedBy === undefined).map(viewOf);
}
