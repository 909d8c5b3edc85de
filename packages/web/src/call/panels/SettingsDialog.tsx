import type { MeetingState } from '@treff/client/media';
import { LIMITS } from '@treff/protocol';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LanguageSelect } from '../../app/LanguageSelect.tsx';
import { rememberedName } from '../../app/preferences.ts';
import controls from '../../design/controls.module.css';
import { DeviceSelects } from '../../devices/DeviceSelects.tsx';
import { LevelMeter } from '../../devices/LevelMeter.tsx';
import { useMeeting, useMeetingState } from '../../room/MeetingContext.ts';
import { DirectChoices } from './DirectChoices.tsx';
import styles from './panels.module.css';
import { RoomDialog } from './RoomDialog.tsx';
import { ScreenChoices } from './ScreenChoices.tsx';

interface SettingsDialogProps {
  readonly displayName: string;
  readonly onClose: () => void;
}

/** Devices, name, language, screen and connection; everything takes effect at once. */
export function SettingsDialog({ displayName, onClose }: SettingsDialogProps) {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const nameId = useId();
  const [name, setName] = useState(displayName);
  const verified = useMeetingState(hasVerifiedName);

  function rename() {
    const trimmed = name.trim();
    if (verified || trimmed === displayName) return;
    meeting.rename(trimmed);
    rememberedName.set(trimmed);
  }

  return (
    <RoomDialog title={t('call.settings')} onClose={onClose}>
      <section className={styles.section}>
        <h3>{t('settings.devices')}</h3>
        <DeviceSelects />
        <LevelMeter label={t('prejoin.microphoneLevel')} />
      </section>
      <section className={styles.section}>
        <h3>{t('settings.profile')}</h3>
        <form
          className={controls.field}
          onSubmit={(event) => {
            event.preventDefault();
            rename();
          }}
        >
          <label className={controls.label} htmlFor={nameId}>
            {t('settings.name')}
          </label>
          <input
            id={nameId}
            className={controls.input}
            value={verified ? displayName : name}
            readOnly={verified}
            maxLength={LIMITS.displayNameLength}
            onChange={(event) => setName(event.target.value)}
            onBlur={rename}
            autoComplete="nickname"
            aria-describedby={verified ? `${nameId}-note` : undefined}
          />
          {verified ? (
            <p id={`${nameId}-note`} className={styles.soft}>
              {t('error.participant/name-fixed.title')}
            </p>
          ) : null}
        </form>
        <LanguageSelect label={t('settings.language')} />
      </section>
      <ScreenChoices />
      <DirectChoices />
    </RoomDialog>
  );
}

/** The name is the account's, or a token's. */
function hasVerifiedName({ conference }: MeetingState): boolean {
  return conference?.participants.find(({ id }) => id === conference.self)?.verified === true;
}
