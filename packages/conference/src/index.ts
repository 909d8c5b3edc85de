export {
  createConference,
  decide,
  evolve,
  isOver,
  nextDeadline,
  project,
  projectEvent,
} from './conference.ts';
export type { Decision } from './feature.ts';
export { cleanMessage } from './features/chat/text.ts';
export { cleanDisplayName } from './features/participants/display-name.ts';
export { peerOf } from './features/media/route.ts';
export { mediaPlan, type MediaPlan, type PlannedSource } from './features/media/media.ts';
export { maySend } from './features/media-moderation/media-moderation.ts';
export { endOf, kickOf, type Ended, type Kick } from './features/moderation/moderation.ts';
export { roleOf, type RolePolicy } from './features/roles/roles.ts';
export type { ConferenceCommand, ConferenceEvent } from './registry.ts';
export { applyViewEvent } from './replica.ts';
export type { Actor, ConferenceState, DecisionContext } from './state.ts';
