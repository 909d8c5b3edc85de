import type { Mutable, ParticipantId, StartMuted } from '@treff/protocol';
import type { AccessState } from './features/access/access.ts';
import type { MediaModerationState } from './features/media-moderation/media-moderation.ts';
import type { Kick } from './features/moderation/moderation.ts';
import type { ConferenceState } from './state.ts';

/** What has to outlive a crash of the server, so that nobody takes a room over in its shadow: who may come in, and what people may do. Plain data. */
export interface Rules {
  readonly doors: Pick<AccessState, 'password' | 'lobby' | 'locked'>;
  readonly kicked: readonly (readonly [ParticipantId, Kick])[];
  /** Kinds of media that need leave, and who has it. */
  readonly mediaModeration: readonly (readonly [Mutable, readonly ParticipantId[]])[];
  readonly startMuted: StartMuted;
  readonly subject: string;
}

/** The rules as they are; an equal state gives equal rules. */
export function rulesOf({
  access,
  moderation,
  mediaModeration,
  startMuted,
  subject,
}: ConferenceState): Rules {
  const { password, lobby, locked } = access;
  return {
    doors: { password, lobby, locked },
    kicked: [...moderation.kicked],
    mediaModeration: [...mediaModeration].map(([kind, allowed]) => [kind, [...allowed]] as const),
    startMuted,
    subject,
  };
}

/** What a new conference begins with. */
export function mediaModerationOf({ mediaModeration }: Rules): MediaModerationState {
  return new Map(mediaModeration.map(([kind, allowed]) => [kind, new Set(allowed)]));
}
