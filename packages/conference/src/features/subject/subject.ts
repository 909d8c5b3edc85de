import { LIMITS, type ParticipantId } from '@treff/protocol';
import { accept, never, refuse, type Feature } from '../../feature.ts';
import { oneLine } from '../participants/display-name.ts';

/** What the meeting is about, on one line; empty: nobody has said. */
export type SubjectState = string;

export type SubjectCommand = { readonly type: 'set-subject'; readonly subject: string };

export type SubjectEvent = {
  readonly type: 'subject-set';
  readonly subject: string;
  readonly by: ParticipantId;
};

export const subject: Feature<SubjectState, SubjectCommand, SubjectEvent, 'subject'> = {
  initial: '',

  decide: {
    'set-subject'(state, command, actor) {
      if (actor.kind === 'system') return refuse('permission/denied');
      const clean = oneLine(command.subject);
      if (clean.length > LIMITS.subjectLength) return refuse('subject/too-long');
      return clean === state.subject
        ? accept()
        : accept({ type: 'subject-set', subject: clean, by: actor.id });
    },
  },

  evolve: (slice, event) => (event.type === 'subject-set' ? event.subject : slice),

  project: (state) => ({ subject: state.subject }),

  projectEvent: (_before, event) => (event.type === 'subject-set' ? [event] : []),

  nextDeadline: never,
};
