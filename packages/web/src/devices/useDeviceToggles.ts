import type { LocalDevice } from '@treff/client/media';
import { useCallback } from 'react';
import { useMeeting, useMeetingState } from '../room/MeetingContext.ts';

export interface DeviceToggle {
  /** What its button says: a device that is wanted but has a problem counts as off, and another press tries again. */
  readonly on: boolean;
  readonly device: LocalDevice;
  readonly toggle: () => void;
}

/** One's own microphone and its switch. */
export function useMicrophone(): DeviceToggle {
  const meeting = useMeeting();
  const device = useMeetingState((state) => state.local.microphone);
  const toggle = useCallback(
    () => meeting.setMicrophone(!isOn(meeting.getState().local.microphone)),
    [meeting],
  );
  return { on: isOn(device), device, toggle };
}

/** One's own camera and its switch. */
export function useCamera(): DeviceToggle {
  const meeting = useMeeting();
  const device = useMeetingState((state) => state.local.camera);
  const toggle = useCallback(() => meeting.setCamera(!isOn(meeting.getState().local.camera)), [meeting]);
  return { on: isOn(device), device, toggle };
}

function isOn(device: LocalDevice): boolean {
  return device.wanted && device.problem === undefined;
}
