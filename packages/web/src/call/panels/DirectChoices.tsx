import type { DirectChoice } from '@treff/client/media';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useMeeting, useMeetingState } from '../../room/MeetingContext.ts';
import styles from './panels.module.css';

const CHOICES = ['on', 'relay', 'off'] as const satisfies readonly DirectChoice[];

/** Whether two people connect browser to browser, which one of them may not want: it shows their address. */
export function DirectChoices() {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const { choice, relayAvailable } = useMeetingState((state) => state.local.direct);
  const id = useId();
  return (
    <fieldset className={`${styles.section} ${styles.choices}`}>
      <legend>{t('settings.direct.title')}</legend>
      {CHOICES.map((one) => {
        const isLacking = one === 'relay' && !relayAvailable;
        return (
          <label key={one} className={styles.choice} data-disabled={isLacking}>
            <input
              type="radio"
              name={id}
              checked={choice === one}
              disabled={isLacking}
              aria-labelledby={`${id}-${one}`}
              aria-describedby={`${id}-${one}-note`}
              onChange={() => meeting.setDirect(one)}
            />
            <span id={`${id}-${one}`}>{t(`settings.direct.${one}`)}</span>
            <small id={`${id}-${one}-note`}>
              {t(isLacking ? 'settings.direct.noRelay' : `settings.direct.${one}Note`)}
            </small>
          </label>
        );
      })}
    </fieldset>
  );
}
