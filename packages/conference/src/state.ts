import type { Incarnation, ParticipantId } from '@treff/protocol';
import type { AccessState } from './features/access/access.ts';
import type { ChatState } from './features/chat/chat.ts';
import type { HandsState } from './features/hands/hands.ts';
import type { MediaState } from './features/media/media.ts';
import type { MediaModerationState } from './features/media-moderation/media-moderation.ts';
import type { ModerationState } from './features/moderation/moderation.ts';
import type { ParticipantsState } from './features/participants/participants.ts';
import type { RolesState } from './features/roles/roles.ts';
import type { SourcesState } from './features/sources/sources.ts';
import type { SpeakerStatsState } from './features/speaker-stats/speaker-stats.ts';
import type { SpeakersState } from './features/speakers/speakers.ts';
import type { StartMutedState } from './features/start-muted/start-muted.ts';
import type { SubjectState } from './features/subject/subject.ts';

/**
 * All that is known of one conference: a value, replaced by `evolve`, never changed. It holds server-only facts (deadlines,
 * used-up numbers) beside what people may see; only `project` decides what leaves.
 */
export interface ConferenceState {
  readonly epoch: Incarnation;
  /** Normalised room name. */
  readonly room: string;
  readonly participants: ParticipantsState;
  readonly roles: RolesState;
  readonly sources: SourcesState;
  readonly speakers: SpeakersState;
  readonly speakerStats: SpeakerStatsState;
  readonly hands: HandsState;
  readonly moderation: ModerationState;
  readonly mediaModeration: MediaModerationState;
  readonly startMuted: StartMutedState;
  readonly subject: SubjectState;
  readonly chat: ChatState;
  readonly media: MediaState;
  readonly access: AccessState;
}

/** Who asks. The shell knows it from the session, never from a message's body. */
export type Actor =
  | { readonly kind: 'system' }
  | { readonly kind: 'participant'; readonly id: ParticipantId };

/** What a decision may depend on besides state, command and actor. */
export interface DecisionContext {
  /** Milliseconds since the epoch, with fractions. */
  readonly now: number;
}
