import { useEffect, useRef } from 'react';
import { CAN_CHOOSE_SPEAKER } from '../devices/useDeviceOptions.ts';
import type { Sound } from './people.ts';

interface RemoteSoundProps {
  readonly sound: Sound;
  /** A device's id; empty: the system's default. */
  readonly speakerId: string;
  /** Called when the browser wants a click before it plays anything. */
  readonly onBlocked: () => void;
}

/** Plays one remote voice, or what a shared screen plays. */
export function RemoteSound({ sound, speakerId, onBlocked }: RemoteSoundProps) {
  const audio = useRef<HTMLAudioElement>(null);
  const { track, participant, source, kind } = sound;

  useEffect(() => {
    const element = audio.current;
    if (element === null) return undefined;
    element.srcObject = new MediaStream([track]);
    element.play().catch((error: unknown) => {
      // Any other reason is that a newer track replaced this one.
      if (error instanceof DOMException && error.name === 'NotAllowedError') onBlocked();
    });
    return () => {
      element.srcObject = null;
    };
  }, [track, onBlocked]);

  useEffect(() => {
    const element = audio.current;
    if (element === null || !CAN_CHOOSE_SPEAKER || element.sinkId === speakerId) return;
    element.setSinkId(speakerId).catch(() => {
      // The speaker was unplugged: sound goes on where the browser put it.
    });
  }, [speakerId]);

  return <audio ref={audio} data-participant-id={participant} data-source-id={source} data-kind={kind} />;
}
