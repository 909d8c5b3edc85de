import { LIMITS } from '@treff/protocol';
import { LoaderCircle, Mic, MicOff, TriangleAlert, Video, VideoOff } from 'lucide-react';
import { useId, useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../design/controls.module.css';
import { Logo } from '../design/Logo.tsx';
import { DeviceSelects } from '../devices/DeviceSelects.tsx';
import { LevelMeter } from '../devices/LevelMeter.tsx';
import { Picture } from '../devices/Picture.tsx';
import { useCamera, useMicrophone, type DeviceToggle } from '../devices/useDeviceToggles.ts';
import styles from './Prejoin.module.css';

interface PrejoinProps {
  readonly room: string;
  readonly displayName: string;
  /** What is waited for after the person asked to join. */
  readonly pending: 'connecting' | 'prejoin' | 'joining' | undefined;
  readonly onJoin: (displayName: string) => void;
}

/** Before the meeting: see and hear oneself, say who one is, choose devices. Joining is possible whatever fails here. */
export function Prejoin({ room, displayName, pending, onJoin }: PrejoinProps) {
  const { t } = useTranslation();
  const nameId = useId();
  const [name, setName] = useState(displayName);
  const microphone = useMicrophone();
  const camera = useCamera();

  function join(event: SubmitEvent) {
    event.preventDefault();
    if (pending === undefined) onJoin(name.trim());
  }

  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <a href="/" className={styles.home} aria-label={t('prejoin.home')}>
          <Logo size="2.25rem" />
        </a>
        <span className={styles.room}>{room}</span>
      </header>
      <main className={styles.main}>
        <Preview microphone={microphone} camera={camera} />
        <form className={styles.form} onSubmit={join}>
          <h1>{t('prejoin.heading')}</h1>
          <div className={controls.field}>
            <label className={controls.label} htmlFor={nameId}>
              {t('prejoin.name')}
            </label>
            <input
              id={nameId}
              className={controls.input}
              value={name}
              maxLength={LIMITS.displayNameLength}
              onChange={(event) => setName(event.target.value)}
              autoComplete="nickname"
              enterKeyHint="go"
            />
          </div>
          <button
            type="submit"
            className={`${controls.primary} ${styles.join}`}
            aria-disabled={pending !== undefined}
            aria-live="polite"
          >
            {pending === undefined ? (
              t('prejoin.join')
            ) : (
              <>
                <LoaderCircle className={styles.spinner} size="1.125rem" aria-hidden />
                {pending === 'connecting' ? t('prejoin.connecting') : t('prejoin.joining')}
              </>
            )}
          </button>
          <Problems microphone={microphone} camera={camera} />
          <fieldset className={styles.devices}>
            <legend className={controls.hidden}>{t('prejoin.devices')}</legend>
            <DeviceSelects hideLabels />
          </fieldset>
        </form>
      </main>
    </div>
  );
}

interface OwnDevices {
  readonly microphone: DeviceToggle;
  readonly camera: DeviceToggle;
}

function Preview({ microphone, camera }: OwnDevices) {
  const { t } = useTranslation();
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

function Problems({ microphone, camera }: OwnDevices) {
  const { t } = useTranslation();
  const ofMicrophone = microphone.device.problem;
  const ofCamera = camera.device.problem;
  return (
    <div role="status">
      {ofMicrophone === undefined && ofCamera === undefined ? null : (
        <div className={styles.problems}>
          <TriangleAlert size="1.25rem" aria-hidden />
          <ul>
            {ofMicrophone === undefined ? null : (
              <li data-device-problem={ofMicrophone}>{t(`device.problem.microphone.${ofMicrophone}`)}</li>
            )}
            {ofCamera === undefined ? null : (
              <li data-device-problem={ofCamera}>{t(`device.problem.camera.${ofCamera}`)}</li>
            )}
            <li>{t('device.problem.joinAnyway')}</li>
          </ul>
        </div>
      )}
    </div>
  );
}
