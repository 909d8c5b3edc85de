export { createMeeting } from './meeting.ts';
export type {
  CreateMeeting,
  DeviceChoice,
  DeviceProblem,
  Levels,
  LocalDevice,
  LocalMedia,
  LocalScreen,
  Meeting,
  MeetingOptions,
  MeetingPhase,
  MeetingState,
  ScreenProblem,
} from './types.ts';
