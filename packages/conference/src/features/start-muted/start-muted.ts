import type { ParticipantId, StartMuted } from '@treff/protocol';
import { accept, never, refuse, type Feature } from '../../feature.ts';

/** What those who come in switch off before. Their clients do it: whoever is to be held to it needs media moderation. */
export type StartMutedState = StartMuted;

export type StartMutedCommand = { readonly type: 'set-start-muted' } & Readonly<StartMuted>;

export type StartMutedEvent = {
  readonly type: 'start-muted-set';
  readonly startMuted: StartMuted;
  readonly by: ParticipantId;
};

export const startMuted: Feature<StartMutedState, StartMutedCommand, StartMutedEvent, 'startMuted'> = {
  initial: { microphone: false, camera: false },

  decide: {
    'set-start-muted'(state, { microphone, camera }, actor) {
      if (actor.kind === 'system') return refuse('permission/denied');
      const before = state.startMuted;
      if (before.microphone === microphone && before.camera === camera) return accept();
      return accept({ type: 'start-muted-set', startMuted: { microphone, camera }, by: actor.id });
    },
  },

  evolve: (slice, event) => (event.type === 'start-muted-set' ? event.startMuted : slice),

  project: (state) => ({ startMuted: state.startMuted }),

  projectEvent: (_before, event) => (event.type === 'start-muted-set' ? [event] : []),

  nextDeadline: never,
};
