import { useTranslation } from 'react-i18next';
import type { Person } from '../people.ts';

/** How somebody is called on the page: guests without a name and oneself get words. */
export function useName(): (person: Pick<Person, 'displayName' | 'isLocal'>) => string {
  const { t } = useTranslation();
  return ({ displayName, isLocal }) => {
    if (!isLocal) return displayName === '' ? t('call.guest') : displayName;
    return displayName === '' ? t('call.youWithoutName') : t('call.you', { name: displayName });
  };
}
