import type { DeviceChoice } from '@treff/client/media';
import { useTranslation } from 'react-i18next';
import { useMeeting, useMeetingState } from '../room/MeetingContext.ts';

export interface DeviceOptions {
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  /** The chosen one; empty when none is known. */
  readonly value: string;
  readonly choose: (deviceId: string) => void;
}

/** What can be chosen among, with words for devices whose names the browser does not tell yet. */
export function useDeviceOptions(): Record<'microphone' | 'camera' | 'speaker', DeviceOptions> {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const devices = useMeetingState((state) => state.local.devices);
  const microphoneId = useMeetingState((state) => state.local.microphone.deviceId);
  const cameraId = useMeetingState((state) => state.local.camera.deviceId);
  const speakerId = useMeetingState((state) => state.local.speakerId);

  const speakers = named(devices.speakers, (number) => t('device.unnamedSpeaker', { number }));
  const hasDefault = speakers.some(({ value }) => value === '' || value === 'default');
  return {
    microphone: {
      label: t('device.microphone'),
      options: named(devices.microphones, (number) => t('device.unnamedMicrophone', { number })),
      value: microphoneId ?? devices.microphones[0]?.deviceId ?? '',
      choose: (id) => meeting.selectMicrophone(id),
    },
    camera: {
      label: t('device.camera'),
      options: named(devices.cameras, (number) => t('device.unnamedCamera', { number })),
      value: cameraId ?? devices.cameras[0]?.deviceId ?? '',
      choose: (id) => meeting.selectCamera(id),
    },
    speaker: {
      label: t('device.speaker'),
      options: hasDefault ? speakers : [{ value: '', label: t('device.systemDefault') }, ...speakers],
      value:
        speakerId === '' && hasDefault
          ? (speakers.find(({ value }) => value === 'default')?.value ?? '')
          : speakerId,
      choose: (id) => meeting.selectSpeaker(id),
    },
  };
}

/** The browser can play sound elsewhere than on the system's default. */
export const CAN_CHOOSE_SPEAKER = 'setSinkId' in HTMLMediaElement.prototype;

function named(choices: readonly DeviceChoice[], fallback: (number: number) => string) {
  return choices.map(({ deviceId, label }, index) => ({
    value: deviceId,
    label: label === '' ? fallback(index + 1) : label,
  }));
}
