export { createMeeting } from './meeting.ts';
export type {
  CreateMeeting,
  DeviceChoice,
  DeviceProblem,
  Levels,
  LocalDevice,
  LocalMedia,
  Meeting,
  MeetingOptions,
  MeetingPhase,
  MeetingState,
} from './types.ts';
