import { useEffect, useLayoutEffect, useRef } from 'react';
import { CAN_CHOOSE_SPEAKER } from '../devices/useDeviceOptions.ts';
import { useHandover } from '../devices/useHandover.ts';
import type { Sound } from './people.ts';

interface RemoteSoundProps {
  readonly sound: Sound;
  /** A device's id; empty: the system's default. */
  readonly speakerId: string;
  /** Called when the browser wants a click before it plays anything. */
  readonly onBlocked: () => void;
}

/** Plays one remote voice, or what a shared screen plays. If another track takes its place, that plays muted until it can be heard instead. */
export function RemoteSound({ sound, ...rest }: RemoteSoundProps) {
  const { tracks, current, ready } = useHandover(sound.track);
  return tracks.map(({ track, key }) => (
    <Player key={key} sound={{ ...sound, track }} muted={track !== current} onPlaying={ready} {...rest} />
  ));
}

interface PlayerProps extends RemoteSoundProps {
  readonly muted: boolean;
  readonly onPlaying: (track: MediaStreamTrack) => void;
}

function Player({ sound, speakerId, muted, onPlaying, onBlocked }: PlayerProps) {
  const audio = useRef<HTMLAudioElement>(null);
  const { track, participant, source, kind } = sound;

  // Before the next frame is drawn, so that the old one falls silent in the moment in which the new one is heard.
  useLayoutEffect(() => {
    const element = audio.current;
    if (element === null) return undefined;
    element.srcObject = new MediaStream([track]);
    return () => {
      element.srcObject = null;
    };
  }, [track]);

  useEffect(() => {
    // Again when it is unmuted: the browser may have let it play only because nothing was heard of it.
    audio.current?.play().catch((error: unknown) => {
      // Any other reason is that a newer track replaced this one.
      if (error instanceof DOMException && error.name === 'NotAllowedError') onBlocked();
    });
  }, [track, muted, onBlocked]);

  useEffect(() => {
    const element = audio.current;
    if (element === null || !CAN_CHOOSE_SPEAKER || element.sinkId === speakerId) return;
    element.setSinkId(speakerId).catch(() => {
      // The speaker was unplugged: sound goes on where the browser put it.
    });
  }, [speakerId]);

  return (
    <audio
      ref={audio}
      muted={muted}
      data-participant-id={participant}
      data-source-id={source}
      data-kind={kind}
      onPlaying={() => onPlaying(track)}
    />
  );
}
