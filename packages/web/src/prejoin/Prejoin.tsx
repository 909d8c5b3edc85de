import { LoaderCircle, TriangleAlert } from 'lucide-react';
import { useRef, useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../design/controls.module.css';
import { DeviceSelects } from '../devices/DeviceSelects.tsx';
import { useCamera, useMicrophone } from '../devices/useDeviceToggles.ts';
import type { Identity } from '../room/identity.ts';
import { NameField } from './NameField.tsx';
import styles from './Prejoin.module.css';

interface PrejoinProps {
  readonly identity: Identity;
  readonly displayName: string;
  /** What is waited for after the person asked to join. */
  readonly pending: 'connecting' | 'prejoin' | 'joining' | undefined;
  readonly onJoin: (displayName: string) => void;
}

/** Before the meeting, beside one's picture: say who one is, choose devices. Joining is possible whatever fails here. */
export function Prejoin({ identity, displayName, pending, onJoin }: PrejoinProps) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const [name, setName] = useState(displayName);
  const [missing, setMissing] = useState(false);

  function join(event: SubmitEvent) {
    event.preventDefault();
    if (pending !== undefined) return;
    const given = name.trim();
    if (given === '' && identity.nameRequired && identity.name.from === 'free') {
      setMissing(true);
      field.current?.focus();
    } else onJoin(given);
  }

  return (
    <form className={styles.form} onSubmit={join}>
      <h1>{t('prejoin.heading')}</h1>
      <NameField
        identity={identity}
        value={name}
        field={field}
        missing={missing}
        onChange={(value) => {
          setName(value);
          setMissing(false);
        }}
      />
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
      <Problems />
      <fieldset className={styles.devices}>
        <legend className={controls.hidden}>{t('prejoin.devices')}</legend>
        <DeviceSelects hideLabels />
      </fieldset>
    </form>
  );
}

function Problems() {
  const { t } = useTranslation();
  const ofMicrophone = useMicrophone().device.problem;
  const ofCamera = useCamera().device.problem;
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
