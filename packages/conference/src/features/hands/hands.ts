import { LIMITS, type ParticipantId } from '@treff/protocol';
import { accept, refuse, type Decision, type Feature } from '../../feature.ts';
import type { Actor, ConferenceState } from '../../state.ts';

/** Who wants to speak. */
export interface HandsState {
  /** In the order in which hands went up. */
  readonly raised: readonly ParticipantId[];
  /** Somebody with a raised hand began to speak: when it has done its work. Milliseconds since the epoch; never projected. */
  readonly speaking: { readonly participant: ParticipantId; readonly until: number } | undefined;
}

export type HandsCommand =
  | { readonly type: 'raise-hand' }
  /** One's own, or as a moderator somebody else's. */
  | { readonly type: 'lower-hand'; readonly participant: ParticipantId }
  | { readonly type: 'lower-all-hands' };

export type HandsEvent =
  | { readonly type: 'hand-raised'; readonly participant: ParticipantId }
  | {
      readonly type: 'hand-lowered';
      readonly participant: ParticipantId;
      /** Absent: its owner has spoken. */
      readonly by: ParticipantId | undefined;
    };

export const hands: Feature<HandsState, HandsCommand, HandsEvent, 'hands'> = {
  initial: { raised: [], speaking: undefined },

  decide: {
    'raise-hand'({ hands: { raised } }, _command, actor) {
      if (actor.kind === 'system') return refuse('permission/denied');
      return raised.includes(actor.id) ? accept() : accept({ type: 'hand-raised', participant: actor.id });
    },

    'lower-hand'(state, { participant }, actor) {
      if (actor.kind === 'system') return refuse('permission/denied');
      if (actor.id !== participant && !state.roles.moderators.has(actor.id))
        return refuse('permission/denied');
      if (!state.participants.has(participant)) return refuse('participant/unknown');
      return lower(state, [participant], actor);
    },

    'lower-all-hands': (state, _command, actor) => lower(state, state.hands.raised, actor),
  },

  evolve(slice, event) {
    switch (event.type) {
      case 'hand-raised':
        return { ...slice, raised: [...slice.raised, event.participant] };
      case 'hand-lowered':
      case 'participant-left': {
        const { participant } = event;
        if (!slice.raised.includes(participant)) return slice;
        return {
          raised: slice.raised.filter((id) => id !== participant),
          speaking: slice.speaking?.participant === participant ? undefined : slice.speaking,
        };
      }
      case 'dominant-speaker': {
        const { participant, at } = event;
        if (!slice.raised.includes(participant)) return { ...slice, speaking: undefined };
        return { ...slice, speaking: { participant, until: at + LIMITS.handSpeakingMs } };
      }
      default:
        return slice;
    }
  },

  project: ({ hands: { raised } }) => ({ hands: [...raised] }),

  projectEvent(_before, event) {
    switch (event.type) {
      case 'hand-raised':
        return [event];
      case 'hand-lowered': {
        const { type, participant, by } = event;
        return [{ type, participant, ...(by === undefined ? {} : { by }) }];
      }
      default:
        return [];
    }
  },

  nextDeadline: (state) => state.hands.speaking?.until,
};

/** What follows for raised hands from time going by: who has spoken for a while needs theirs no more. */
export function nextHands({ hands: { speaking } }: ConferenceState, now: number): readonly HandsEvent[] {
  if (speaking === undefined || now < speaking.until) return [];
  return [{ type: 'hand-lowered', participant: speaking.participant, by: undefined }];
}

function lower(
  { hands: { raised } }: ConferenceState,
  whose: readonly ParticipantId[],
  actor: Actor,
): Decision<HandsEvent> {
  const by = actor.kind === 'participant' ? actor.id : undefined;
  return accept(
    ...whose
      .filter((participant) => raised.includes(participant))
      .map((participant) => ({ type: 'hand-lowered', participant, by }) as const),
  );
}
