import type { MeetingState } from '@treff/client/media';
import { useMeetingState } from '../../room/MeetingContext.ts';
import type { Viewpoint } from './personActions.ts';

/** From where one looks at the others. */
export function useViewpoint(): Viewpoint {
  const role = useMeetingState(ownRole);
  const moderators = useMeetingState(countModerators);
  return { role, moderators };
}

export function ownRole({ conference }: MeetingState): Viewpoint['role'] {
  return conference?.participants.find(({ id }) => id === conference.self)?.role ?? 'participant';
}

function countModerators({ conference }: MeetingState): number {
  return conference?.participants.filter(({ role }) => role === 'moderator').length ?? 0;
}
