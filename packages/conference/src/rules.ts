import { LIMITS, type Mutable, type ParticipantId, type Role, type StartMuted } from '@treff/protocol';
import type { AccessState } from './features/access/access.ts';
import type { MediaModerationState } from './features/media-moderation/media-moderation.ts';
import type { Kick } from './features/moderation/moderation.ts';
import { roleOf } from './features/roles/roles.ts';
import type { ConferenceState } from './state.ts';

/** What has to outlive a crash of the server, so that nobody takes a room over in its shadow: who may come in, and what people may do. Plain data. */
export interface Rules {
  readonly doors: Pick<AccessState, 'password' | 'lobby' | 'locked'>;
  /** Who is inside or lost a seat without meaning to, and as what they come back. */
  readonly present: readonly (readonly [ParticipantId, Role])[];
  readonly kicked: readonly (readonly [ParticipantId, Kick])[];
  /** Kinds of media that need leave, and who has it. */
  readonly mediaModeration: readonly (readonly [Mutable, readonly ParticipantId[]])[];
  readonly startMuted: StartMuted;
  readonly subject: string;
}

/** The rules as they are; an equal state gives equal rules. */
export function rulesOf(state: ConferenceState): Rules {
  const { access, moderation, mediaModeration, startMuted, subject, participants, roles } = state;
  const { password, lobby, locked, expected, mayReturn } = access;
  const former = new Set(roles.former);
  const present = new Map<ParticipantId, Role>([
    ...expected,
    ...[...mayReturn].map((id) => [id, former.has(id) ? 'moderator' : 'participant'] as const),
    ...[...participants.keys()].map((id) => [id, roleOf(state, id)] as const),
  ]);
  return {
    doors: { password, lobby, locked },
    present: [...present].slice(-2 * LIMITS.participants),
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
