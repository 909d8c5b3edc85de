import type { AccessView } from '@treff/protocol';
import { DoorOpen, KeyRound, Lock, type LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useMeetingState } from '../../room/MeetingContext.ts';
import styles from './security.module.css';

const RULES = [
  ['locked', Lock, 'security.isLocked'],
  ['password', KeyRound, 'security.hasPassword'],
  ['lobby', DoorOpen, 'security.hasLobby'],
] as const satisfies readonly (readonly [keyof AccessView, LucideIcon, string])[];

/** How the door stands, for everybody inside; absent while it is open to all. */
export function DoorRules() {
  const { t } = useTranslation();
  const access = useMeetingState((state) => state.conference?.access);
  const rules = RULES.filter(([rule]) => access?.[rule] === true);
  if (rules.length === 0) return null;
  return (
    <ul className={styles.rules} aria-label={t('security.rules')}>
      {rules.map(([rule, Icon, text]) => (
        <li key={rule}>
          <Icon size="0.9375rem" aria-hidden />
          {t(text)}
        </li>
      ))}
    </ul>
  );
}
