import type { LocalDevice } from '@treff/client/media';
import { useCallback } from 'react';
import { useMeeting, useMeetingState } from '../room/MeetingContext.ts';
import { useExplainBlocked } from './BlockedContext.ts';

export interface DeviceToggle {
  /** What its button says: a device that is wanted but has a problem counts as off, and another press tries again. */
  readonly on: boolean;
  /** It is off, and moderators have to allow it: a press explains that. */
  readonly isLocked: boolean;
  readonly device: LocalDevice;
  readonly toggle: () => void;
}

/** One's own microphone and its switch. */
export function useMicrophone(): DeviceToggle {
  const meeting = useMeeting();
  const device = useMeetingState((state) => state.local.microphone);
  const explain = useExplainBlocked();
  const toggle = useCallback(() => {
    const { microphone } = meeting.getState().local;
    if (isLocked(microphone)) explain('microphone');
    else meeting.setMicrophone(!isOn(microphone));
  }, [meeting, explain]);
  return { on: isOn(device), isLocked: isLocked(device), device, toggle };
}

/** One's own camera and its switch. */
export function useCamera(): DeviceToggle {
  const meeting = useMeeting();
  const device = useMeetingState((state) => state.local.camera);
  const explain = useExplainBlocked();
  const toggle = useCallback(() => {
    const { camera } = meeting.getState().local;
    if (isLocked(camera)) explain('camera');
    else meeting.setCamera(!isOn(camera));
  }, [meeting, explain]);
  return { on: isOn(device), isLocked: isLocked(device), device, toggle };
}

function isOn(device: LocalDevice): boolean {
  return device.wanted && device.problem === undefined;
}

function isLocked(device: LocalDevice): boolean {
  return device.blocked && !device.wanted;
}
