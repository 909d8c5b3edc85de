import {
  LIMITS,
  type KnockerView,
  type LobbyMessage,
  type ParticipantId,
  type VideoCodec,
} from '@treff/protocol';
import { accept, refuse, type Decision, type Feature } from '../../feature.ts';
import type { Actor, ConferenceState } from '../../state.ts';
import { cleanMessage } from '../chat/text.ts';
import { newcomer, type ParticipantsEvent } from '../participants/participants.ts';
import { roleOnJoin } from '../roles/roles.ts';
import type { AccessCommand, AccessEvent, AccessState } from './access.ts';
import type { Applicant } from './admission.ts';

/** Somebody who waits to be let in. */
export interface Knocker {
  /** What their id will be as a participant. */
  readonly id: ParticipantId;
  readonly displayName: string;
  readonly p2p: boolean;
  readonly decodes: readonly VideoCodec[];
  /** As the server knew them when they knocked. Never projected. */
  readonly applicant: Applicant;
  /** What was said, oldest first. */
  readonly messages: readonly LobbyMessage[];
  /** When the knock is given up unless its person returns; absent while connected. Milliseconds since the epoch. */
  readonly resumeBefore: number | undefined;
  /** Who let them in while they were away. */
  readonly grantedBy: ParticipantId | undefined;
}

type LobbyCommandType =
  | 'admit'
  | 'admit-all'
  | 'reject'
  | 'send-lobby-message'
  | 'answer-in-lobby'
  | 'withdraw-knock'
  | 'interrupt-knock'
  | 'resume-knock';

type LobbyDeciders = Pick<
  Feature<AccessState, AccessCommand, AccessEvent | ParticipantsEvent, 'access' | 'knocking'>['decide'],
  LobbyCommandType
>;

/** What moderators do about those who wait, and what these do themselves. To knock is to join: see `participants`. */
export const lobby: LobbyDeciders = {
  admit(state, { knocker }, actor) {
    const waiting = state.access.knocking.get(knocker);
    if (waiting === undefined || actor.kind === 'system') return refuse('lobby/unknown');
    if (state.participants.size >= state.access.policy.maxParticipants) return refuse('room/full');
    return accept(...admitted(state, waiting, actor.id));
  },

  'admit-all'(state, _command, actor) {
    if (actor.kind === 'system') return refuse('permission/denied');
    const room = state.access.policy.maxParticipants - state.participants.size;
    return accept(
      ...[...state.access.knocking.values()]
        .filter(({ grantedBy }) => grantedBy === undefined)
        .slice(0, Math.max(0, room))
        .flatMap((waiting) => admitted(state, waiting, actor.id)),
    );
  },

  reject(state, { knocker }, actor) {
    if (!state.access.knocking.has(knocker) || actor.kind === 'system') return refuse('lobby/unknown');
    return accept({ type: 'knock-ended', knocker, outcome: 'rejected', by: actor.id });
  },

  'send-lobby-message'(state, { knocker, text }, actor, { now }) {
    const by = actor.kind === 'participant' ? state.participants.get(actor.id) : undefined;
    if (by === undefined) return refuse('permission/denied');
    return say(state, knocker, text, { fromKnocker: false, name: by.displayName, at: now });
  },

  'answer-in-lobby'(state, { knocker, text }, _actor, { now }) {
    const name = state.access.knocking.get(knocker)?.displayName ?? '';
    return say(state, knocker, text, { fromKnocker: true, name, at: now });
  },

  'withdraw-knock'(state, { knocker }) {
    if (!state.access.knocking.has(knocker)) return refuse('lobby/unknown');
    return accept({ type: 'knock-ended', knocker, outcome: 'withdrawn', by: undefined });
  },

  'interrupt-knock'(state, { knocker }, _actor: Actor, { now }) {
    const waiting = state.access.knocking.get(knocker);
    if (waiting === undefined) return refuse('lobby/unknown');
    if (waiting.resumeBefore !== undefined) return accept();
    return accept({ type: 'knock-interrupted', knocker, resumeBefore: now + LIMITS.resumeMs });
  },

  /** Somebody who was let in meanwhile comes in. */
  'resume-knock'(state, { knocker }) {
    const waiting = state.access.knocking.get(knocker);
    if (waiting === undefined) return refuse('lobby/unknown');
    if (waiting.grantedBy !== undefined) {
      if (state.participants.size >= state.access.policy.maxParticipants) return refuse('room/full');
      return accept(...entering(state, waiting, waiting.grantedBy));
    }
    return waiting.resumeBefore === undefined ? accept() : accept({ type: 'knock-resumed', knocker });
  },
};

/** Those who did not come back in time wait no more. */
export function nextKnocks({ access: { knocking } }: ConferenceState, now: number): readonly AccessEvent[] {
  return [...knocking.values()]
    .filter(({ resumeBefore }) => resumeBefore !== undefined && resumeBefore <= now)
    .map(({ id }) => ({ type: 'knock-ended', knocker: id, outcome: 'timeout', by: undefined }));
}

export function viewOf({ id, displayName, applicant, messages, resumeBefore }: Knocker): KnockerView {
  return {
    id,
    displayName,
    verified: applicant.identity?.named === true,
    connection: resumeBefore === undefined ? 'connected' : 'interrupted',
    messages: [...messages],
  };
}

export function changeKnocker(slice: AccessState, id: ParticipantId, change: Partial<Knocker>): AccessState {
  const waiting = slice.knocking.get(id);
  if (waiting === undefined) return slice;
  return { ...slice, knocking: new Map(slice.knocking).set(id, { ...waiting, ...change }) };
}

export function addMessage(slice: AccessState, id: ParticipantId, message: LobbyMessage): AccessState {
  const messages = [...(slice.knocking.get(id)?.messages ?? []), message].slice(-LIMITS.lobbyMessages);
  return changeKnocker(slice, id, { messages });
}

export function without(slice: AccessState, id: ParticipantId): AccessState {
  if (!slice.knocking.has(id)) return slice;
  const knocking = new Map(slice.knocking);
  knocking.delete(id);
  return { ...slice, knocking };
}

/** Who is away just now finds the door open. */
function admitted(
  state: ConferenceState,
  waiting: Knocker,
  by: ParticipantId,
): readonly (AccessEvent | ParticipantsEvent)[] {
  if (waiting.grantedBy !== undefined) return [];
  if (waiting.resumeBefore !== undefined) return [{ type: 'knock-granted', knocker: waiting.id, by }];
  return entering(state, waiting, by);
}

function entering(
  state: ConferenceState,
  { id, displayName, p2p, decodes, applicant }: Knocker,
  by: ParticipantId,
): readonly (AccessEvent | ParticipantsEvent)[] {
  return [
    { type: 'knock-ended', knocker: id, outcome: 'admitted', by },
    {
      type: 'participant-joined',
      participant: newcomer({ id, displayName, p2p, decodes }, applicant),
      role: roleOnJoin(state, { applicant }),
      formerly: undefined,
    },
  ];
}

function say(
  state: ConferenceState,
  knocker: ParticipantId,
  text: string,
  from: Omit<LobbyMessage, 'text'>,
): Decision<AccessEvent> {
  const waiting = state.access.knocking.get(knocker);
  if (waiting === undefined || waiting.grantedBy !== undefined) return refuse('lobby/unknown');
  const clean = cleanMessage(text);
  if (!clean.ok) return clean;
  if (clean.text.length > LIMITS.lobbyMessageLength) return refuse('chat/too-long');
  const lately = waiting.messages.filter(
    ({ fromKnocker, at }) => fromKnocker && from.fromKnocker && at > from.at - LIMITS.messagePaceMs,
  );
  if (lately.length >= LIMITS.messagePace) return refuse('chat/too-fast');
  const message = { ...from, at: Math.floor(from.at), text: clean.text };
  return accept({ type: 'lobby-message', knocker, message });
}
