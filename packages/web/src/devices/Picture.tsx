import { useEffect, useRef, useState } from 'react';

interface PictureProps {
  readonly track: MediaStreamTrack;
  readonly className: string;
  /** Width to height, when the first frame comes and whenever it changes. */
  readonly onRatio?: (ratio: number) => void;
}

/** A video track on screen, without sound. Transparent until its first frame: whatever is behind it shows until then. */
export function Picture({ track, className, onRatio }: PictureProps) {
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
