import type { ParticipantId } from '@treff/protocol';
import type { AccessState } from './features/access/access.ts';
import type { Kick } from './features/moderation/moderation.ts';
import type { ConferenceState } from './state.ts';

/** What has to outlive a crash of the server, so that nobody takes a room over in its shadow: who may come in, and what people may do. Plain data. */
export interface Rules {
  readonly doors: Pick<AccessState, 'password' | 'lobby' | 'locked'>;
  readonly kicked: readonly (readonly [ParticipantId, Kick])[];
}

/** The rules as they are; an equal state gives equal rules. */
export function rulesOf({
  access: { password, lobby, locked },
  moderation: { kicked },
}: ConferenceState): Rules {
  return { doors: { password, lobby, locked }, kicked: [...kicked] };
}
