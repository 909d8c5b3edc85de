import { LIMITS, type RoomRequest, type RoomSettings, type RoomView } from '@treff/protocol';
import { localTime, timeOf } from './times.ts';

/** A room's settings as they stand in the form, where what is typed may be nothing yet. */
export interface SettingsForm {
  /** `keep`: as it is, with a password or without. */
  readonly passwordChoice: 'keep' | 'set' | 'remove';
  readonly password: string;
  readonly lobby: boolean;
  readonly moderators: RoomSettings['moderators'];
  readonly microphonesMuted: boolean;
  readonly camerasMuted: boolean;
  /** Empty: no limit of its own. */
  readonly maxParticipants: string;
  /** Lines; empty: as usual on the server. */
  readonly resolution: string;
  /** Local date and time; empty: none. */
  readonly notBefore: string;
  readonly notAfter: string;
}

/** Why a form can't be saved: the field that is wrong. */
export type SettingsProblem = 'password' | 'maxParticipants' | 'notAfter';

/** What the server takes. */
export const FEWEST_PARTICIPANTS = 1;

const RESOLUTIONS = [180, 360, 480, 720, 1_080];

/** What one can choose from, as the form has it: the usual heights of cameras, and the one that the room has, if that is another. */
export function resolutionChoices({ resolution }: RoomSettings): readonly string[] {
  const heights = new Set([...RESOLUTIONS, ...(resolution === undefined ? [] : [resolution])]);
  return ['', ...[...heights].toSorted((one, other) => one - other).map(String)];
}

export function formOf({ settings }: RoomView): SettingsForm {
  return {
    passwordChoice: 'keep',
    password: '',
    lobby: settings.lobby,
    moderators: settings.moderators,
    microphonesMuted: settings.startMuted.microphone,
    camerasMuted: settings.startMuted.camera,
    maxParticipants: settings.maxParticipants === undefined ? '' : String(settings.maxParticipants),
    resolution: settings.resolution === undefined ? '' : String(settings.resolution),
    notBefore: localTime(settings.notBefore),
    notAfter: localTime(settings.notAfter),
  };
}

/** What the form asks for, or the first field that is wrong. `before`: the settings it was filled with. */
export function readForm(
  form: SettingsForm,
  before: RoomSettings,
): { readonly change: RoomRequest } | { readonly problem: SettingsProblem } {
  const { passwordChoice, password } = form;
  if (passwordChoice === 'set' && (password === '' || password.length > LIMITS.roomPasswordLength))
    return { problem: 'password' };
  const limit = form.maxParticipants.trim();
  const maxParticipants = limit === '' ? undefined : Number(limit);
  if (maxParticipants !== undefined && !isPossible(maxParticipants)) return { problem: 'maxParticipants' };
  const notBefore = timeOf(form.notBefore, before.notBefore);
  const notAfter = timeOf(form.notAfter, before.notAfter);
  if (notBefore !== undefined && notAfter !== undefined && notAfter <= notBefore)
    return { problem: 'notAfter' };
  return {
    change: {
      settings: {
        lobby: form.lobby,
        moderators: form.moderators,
        startMuted: { microphone: form.microphonesMuted, camera: form.camerasMuted },
        ...(maxParticipants !== undefined && { maxParticipants }),
        ...(form.resolution !== '' && { resolution: Number(form.resolution) }),
        // The operator's to set, by command.
        ...(before.videoBitrate !== undefined && { videoBitrate: before.videoBitrate }),
        ...(notBefore !== undefined && { notBefore }),
        ...(notAfter !== undefined && { notAfter }),
      },
      ...(passwordChoice === 'set' && { password }),
      ...(passwordChoice === 'remove' && { password: null }),
    },
  };
}

function isPossible(participants: number): boolean {
  return (
    Number.isInteger(participants) &&
    participants >= FEWEST_PARTICIPANTS &&
    participants <= LIMITS.participants
  );
}
