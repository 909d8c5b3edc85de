import type { ScreenContent } from '@treff/client/media';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useMeeting, useMeetingState } from '../../room/MeetingContext.ts';
import styles from './panels.module.css';

const CHOICES = ['text', 'video'] as const satisfies readonly ScreenContent[];

/** For what a shared screen is encoded. Absent where no screen can be shared. */
export function ScreenChoices() {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const content = useMeetingState((state) => state.local.screen.content);
  const id = useId();
  if (!meeting.canShareScreen) return null;
  return (
    <fieldset className={`${styles.section} ${styles.choices}`}>
      <legend>{t('settings.screen.title')}</legend>
      {CHOICES.map((one) => (
        <label key={one} className={styles.choice}>
          <input
            type="radio"
            name={id}
            checked={content === one}
            aria-labelledby={`${id}-${one}`}
            aria-describedby={`${id}-${one}-note`}
            onChange={() => meeting.setScreenContent(one)}
          />
          <span id={`${id}-${one}`}>{t(`settings.screen.${one}`)}</span>
          <small id={`${id}-${one}-note`}>{t(`settings.screen.${one}Note`)}</small>
        </label>
      ))}
    </fieldset>
  );
}
