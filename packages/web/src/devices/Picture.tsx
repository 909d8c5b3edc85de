import { useEffect, useRef, useState } from 'react';
import { useHandover } from './useHandover.ts';

interface PictureProps {
  readonly track: MediaStreamTrack;
  readonly className: string;
  /** Width to height, when the first frame comes and whenever it changes. */
  readonly onRatio?: (ratio: number) => void;
}

/**
 * A video track on screen, without sound. Transparent until its first frame: whatever is behind it shows until then. If another track takes its place,
 * that is what was seen last.
 */
export function Picture({ track, ...rest }: PictureProps) {
  const { tracks, ready } = useHandover(track);
  // The later one lies above the earlier, and is as transparent until its first frame.
  return tracks.map((one) => <Video key={one.key} track={one.track} onFrame={ready} {...rest} />);
}

interface VideoProps extends PictureProps {
  /** Called once, when the first frame is on screen. */
  readonly onFrame: (track: MediaStreamTrack) => void;
}

function Video({ track, className, onRatio, onFrame }: VideoProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [playing, setPlaying] = useState(false);

  useEffect(() => {
    const element = video.current;
    if (element === null) return undefined;
    element.srcObject = new MediaStream([track]);
    return () => {
      element.srcObject = null;
    };
  }, [track]);

  useEffect(() => {
    const element = video.current;
    if (element === null) return undefined;
    const seen = () => onFrame(track);
    if ('requestVideoFrameCallback' in element) {
      const request = element.requestVideoFrameCallback(seen);
      return () => element.cancelVideoFrameCallback(request);
    }
    const older: HTMLElement = element;
    older.addEventListener('loadeddata', seen);
    return () => older.removeEventListener('loadeddata', seen);
  }, [track, onFrame]);

  return (
    <video
      ref={video}
      className={className}
      data-playing={playing}
      autoPlay
      playsInline
      muted
      disablePictureInPicture
      onPlaying={() => setPlaying(true)}
      onEmptied={() => setPlaying(false)}
      onResize={(event) => {
        const { videoWidth, videoHeight } = event.currentTarget;
        if (videoWidth > 0 && videoHeight > 0) onRatio?.(videoWidth / videoHeight);
      }}
    />
  );
}
