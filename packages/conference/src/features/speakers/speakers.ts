import type { ParticipantId } from '@treff/protocol';
import { accept, never, refuse, type Feature } from '../../feature.ts';

/** Who spoke last, most recent first. The first is the dominant speaker. */
export type SpeakersState = readonly ParticipantId[];

/** The bridge heard somebody take over. */
export type SpeakersCommand = { readonly type: 'speaking'; readonly participant: ParticipantId };

export type SpeakersEvent = {
  readonly type: 'dominant-speaker';
  readonly participant: ParticipantId;
  /** Milliseconds since the epoch; never projected. */
  readonly at: number;
};

export const speakers: Feature<SpeakersState, SpeakersCommand, SpeakersEvent, 'speakers'> = {
  initial: [],

  decide: {
    speaking(state, { participant }, _actor, { now }) {
      if (!state.participants.has(participant)) return refuse('participant/unknown');
      if (state.speakers[0] === participant) return accept();
      return accept({ type: 'dominant-speaker', participant, at: now });
    },
  },

  evolve(slice, event) {
    switch (event.type) {
      case 'dominant-speaker':
        return [event.participant, ...slice.filter((other) => other !== event.participant)];
      case 'participant-left':
        return slice.includes(event.participant)
          ? slice.filter((other) => other !== event.participant)
          : slice;
      default:
        return slice;
    }
  },

  project(state) {
    return { speakers: [...state.speakers] };
  },

  projectEvent(_before, event) {
    if (event.type !== 'dominant-speaker') return [];
    return [{ type: event.type, participant: event.participant }];
  },

  nextDeadline: never,
};
