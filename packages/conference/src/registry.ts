import { access, type AccessCommand, type AccessEvent } from './features/access/access.ts';
import { chat, type ChatCommand, type ChatEvent } from './features/chat/chat.ts';
import { hands, type HandsCommand, type HandsEvent } from './features/hands/hands.ts';
import { media, type MediaCommand, type MediaEvent } from './features/media/media.ts';
import {
  mediaModeration,
  type MediaModerationCommand,
  type MediaModerationEvent,
} from './features/media-moderation/media-moderation.ts';
import {
  moderation,
  type ModerationCommand,
  type ModerationEvent,
} from './features/moderation/moderation.ts';
import {
  participants,
  type ParticipantsCommand,
  type ParticipantsEvent,
} from './features/participants/participants.ts';
import { roles, type RolesCommand, type RolesEvent } from './features/roles/roles.ts';
import { sources, type SourcesCommand, type SourcesEvent } from './features/sources/sources.ts';
import {
  speakerStats,
  type SpeakerStatsCommand,
  type SpeakerStatsEvent,
} from './features/speaker-stats/speaker-stats.ts';
import { speakers, type SpeakersCommand, type SpeakersEvent } from './features/speakers/speakers.ts';
import {
  startMuted,
  type StartMutedCommand,
  type StartMutedEvent,
} from './features/start-muted/start-muted.ts';
import { subject, type SubjectCommand, type SubjectEvent } from './features/subject/subject.ts';

/** Every command of the house: those of participants (the protocol's `Command`) and those of the shell. */
export type ConferenceCommand =
  | ParticipantsCommand
  | RolesCommand
  | SourcesCommand
  | SpeakersCommand
  | SpeakerStatsCommand
  | HandsCommand
  | ModerationCommand
  | MediaModerationCommand
  | StartMutedCommand
  | SubjectCommand
  | ChatCommand
  | MediaCommand
  | AccessCommand;

/** Every fact that can change a conference. Stays in the server; viewers get projections of it. */
export type ConferenceEvent =
  | ParticipantsEvent
  | RolesEvent
  | SourcesEvent
  | SpeakersEvent
  | SpeakerStatsEvent
  | HandsEvent
  | ModerationEvent
  | MediaModerationEvent
  | StartMutedEvent
  | SubjectEvent
  | ChatEvent
  | MediaEvent
  | AccessEvent;

/** The features, by hand. Their order is the order in which view events of one event are sent. */
export const FEATURES = {
  participants,
  roles,
  sources,
  speakers,
  speakerStats,
  hands,
  moderation,
  mediaModeration,
  startMuted,
  subject,
  chat,
  media,
  access,
} as const;
