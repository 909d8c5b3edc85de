import { LIMITS, type Mutable, type ParticipantId } from '@treff/protocol';
import { accept, never, refuse, type Feature } from '../../feature.ts';
import type { ConferenceState } from '../../state.ts';
import type { ParticipantsEvent } from '../participants/participants.ts';
import { oneLine } from '../participants/display-name.ts';
import { mutesOf, type SourcesEvent } from '../sources/sources.ts';

/** Nobody can switch on what is somebody else's: what is muted here its owner may unmute, and more than to ask is nowhere possible. */
export interface ModerationState {
  /** Who was thrown out, lately: their token opens nothing, and they are told why. Never projected. */
  readonly kicked: ReadonlyMap<ParticipantId, Kick>;
  /** The conference is over by somebody's will. */
  readonly ended: Ended | undefined;
}

export interface Kick {
  /** Name of who did it, as it was then. */
  readonly by: string;
  /** One line; may be empty. */
  readonly reason: string;
  /** Who it was outside, if the server knew. */
  readonly identity: string | undefined;
  /** Where they came from, unless others who are here did, too: a school has one address. */
  readonly address: string | undefined;
}

export interface Ended {
  /** Name of who did it. */
  readonly by: string;
}

export type ModerationCommand =
  | { readonly type: 'mute-participant'; readonly participant: ParticipantId; readonly kind: Mutable }
  /** Everybody but oneself. */
  | { readonly type: 'mute-everyone'; readonly kind: Mutable }
  | { readonly type: 'ask-to-unmute'; readonly participant: ParticipantId }
  | { readonly type: 'kick'; readonly participant: ParticipantId; readonly reason?: string | undefined }
  | { readonly type: 'end-meeting' };

export type ModerationEvent =
  | { readonly type: 'unmute-asked'; readonly participant: ParticipantId; readonly by: ParticipantId }
  | { readonly type: 'conference-ended'; readonly by: string };

export const moderation: Feature<
  ModerationState,
  ModerationCommand,
  ModerationEvent | SourcesEvent | ParticipantsEvent,
  never
> = {
  initial: { kicked: new Map(), ended: undefined },

  decide: {
    'mute-participant'(state, { participant, kind }, actor) {
      if (actor.kind === 'system') return refuse('permission/denied');
      if (!state.participants.has(participant)) return refuse('participant/unknown');
      return accept(...mutesOf(state, kind, actor.id, (owner) => owner === participant));
    },

    'mute-everyone'(state, { kind }, actor) {
      if (actor.kind === 'system') return refuse('permission/denied');
      return accept(...mutesOf(state, kind, actor.id, (owner) => owner !== actor.id));
    },

    'ask-to-unmute'(state, { participant }, actor) {
      if (actor.kind === 'system') return refuse('permission/denied');
      if (!state.participants.has(participant)) return refuse('participant/unknown');
      return accept({ type: 'unmute-asked', participant, by: actor.id });
    },

    kick(state, { participant, reason = '' }, actor) {
      const by = actor.kind === 'participant' ? state.participants.get(actor.id) : undefined;
      if (by === undefined || by.id === participant) return refuse('permission/denied');
      const removed = state.participants.get(participant);
      if (removed === undefined) return refuse('participant/unknown');
      const { identity, address } = removed;
      const isShared = [...state.participants.values()].some(
        (other) => other.id !== participant && other.address === address,
      );
      const kick = {
        by: by.displayName,
        reason: oneLine(reason).slice(0, LIMITS.kickReasonLength),
        identity,
        address: isShared ? undefined : address,
      };
      return accept({ type: 'participant-left', participant, reason: 'kicked', by: by.id, kick });
    },

    'end-meeting'(state, _command, actor) {
      const by = actor.kind === 'participant' ? state.participants.get(actor.id) : undefined;
      if (by === undefined) return refuse('permission/denied');
      return accept({ type: 'conference-ended', by: by.displayName });
    },
  },

  evolve(slice, event) {
    switch (event.type) {
      case 'participant-left': {
        if (event.reason !== 'kicked') return slice;
        const all = [...slice.kicked, [event.participant, event.kick] as const];
        return { ...slice, kicked: new Map(all.slice(-LIMITS.participants)) };
      }
      case 'conference-ended':
        return { ...slice, ended: { by: event.by } };
      default:
        return slice;
    }
  },

  project: () => ({}),

  projectEvent(_before, event, _after, viewer) {
    if (event.type !== 'unmute-asked' || event.participant !== viewer) return [];
    return [{ type: 'unmute-asked', by: event.by }];
  },

  nextDeadline: never,
};

/** By whom and why a former participant was thrown out; `undefined`: they were not. */
export function kickOf(state: ConferenceState, participant: ParticipantId): Kick | undefined {
  return state.moderation.kicked.get(participant);
}

/** As whom somebody asks to come in. */
export interface Asking {
  /** Who they were in this conference. */
  readonly participant?: ParticipantId | undefined;
  readonly identity?: string | undefined;
  readonly address?: string | undefined;
}

/** The removal that stands against somebody who asks to come in; `undefined`: none. An address alone says nothing against who shows an identity or a seat of this conference. */
export function removalOf(
  state: ConferenceState,
  { participant, identity, address }: Asking,
): Kick | undefined {
  const { kicked } = state.moderation;
  const own = participant === undefined ? undefined : kicked.get(participant);
  if (own !== undefined) return own;
  return [...kicked.values()].find((kick) =>
    identity === undefined && participant === undefined
      ? address !== undefined && kick.address === address
      : identity !== undefined && kick.identity === identity,
  );
}

export function isRemoved(state: ConferenceState, asking: Asking): boolean {
  return removalOf(state, asking) !== undefined;
}

/** Who ended the conference for everybody; `undefined`: nobody did. */
export function endOf(state: ConferenceState): Ended | undefined {
  return state.moderation.ended;
}
