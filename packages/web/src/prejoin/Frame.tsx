import { Mic, MicOff, Video, VideoOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Logo } from '../design/Logo.tsx';
import { LevelMeter } from '../devices/LevelMeter.tsx';
import { Picture } from '../devices/Picture.tsx';
import { useCamera, useMicrophone } from '../devices/useDeviceToggles.ts';
import styles from './Prejoin.module.css';

interface FrameProps {
  readonly room: string;
  readonly children: ReactNode;
}

/** All that comes before the meeting: where one is about to enter, how one looks and sounds, and beside it what is asked. */
export function Frame({ room, children }: FrameProps) {
  const { t } = useTranslation();
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <a href="/" className={styles.home} aria-label={t('prejoin.home')}>
          <Logo size="2.25rem" />
        </a>
        <span className={styles.room}>{room}</span>
      </header>
      <main className={styles.main}>
        <Preview />
        {children}
      </main>
    </div>
  );
}

function Preview() {
  const { t } = useTranslation();
  const microphone = useMicrophone();
  const camera = useCamera();
  const { track, status } = camera.device;
  return (
    <section className={styles.preview} aria-label={t('prejoin.preview')}>
      <p className={styles.cameraOff}>
        {status === 'starting' ? t('prejoin.cameraStarting') : t('prejoin.cameraOff')}
      </p>
      {track !== undefined && status === 'on' ? (
        <Picture track={track} className={styles.picture ?? ''} />
      ) : null}
      <div className={styles.toggles}>
        <button
          type="button"
          className={styles.toggle}
          data-on={microphone.on}
          aria-label={microphone.on ? t('call.muteMicrophone') : t('call.unmuteMicrophone')}
          title={microphone.on ? t('call.muteMicrophone') : t('call.unmuteMicrophone')}
          onClick={microphone.toggle}
        >
          {microphone.on ? <Mic aria-hidden /> : <MicOff aria-hidden />}
        </button>
        <button
          type="button"
          className={styles.toggle}
          data-on={camera.on}
          aria-label={camera.on ? t('call.stopCamera') : t('call.startCamera')}
          title={camera.on ? t('call.stopCamera') : t('call.startCamera')}
          onClick={camera.toggle}
        >
          {camera.on ? <Video aria-hidden /> : <VideoOff aria-hidden />}
        </button>
      </div>
      <div className={styles.level}>
        {microphone.on ? <LevelMeter label={t('prejoin.microphoneLevel')} /> : null}
      </div>
    </section>
  );
}
