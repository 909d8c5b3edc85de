export { createMeeting } from './meeting.ts';
export type { Withheld } from './path.ts';
export type { Focus } from './shown.ts';
export type {
  AddressKind,
  ConnectionReport,
  CreateMeeting,
  DeviceChoice,
  DeviceProblem,
  DirectChoice,
  EnterOptions,
  Flow,
  Levels,
  LocalDevice,
  LocalMedia,
  LocalScreen,
  Meeting,
  MeetingOptions,
  MeetingPhase,
  MeetingState,
  PeopleCommand,
  ScreenProblem,
  Statistics,
  StreamReport,
  Ticket,
  VideoReport,
} from './types.ts';
