import { Languages } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Select } from '../design/Select.tsx';
import { changeLanguage, isLanguage, LANGUAGES } from '../i18n/i18n.ts';

const OPTIONS = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }));

/** Chooses the page's language, at once and for the next visits. */
export function LanguageSelect({
  label,
  hideLabel = false,
}: {
  readonly label: string;
  readonly hideLabel?: boolean;
}) {
  const { i18n } = useTranslation();
  return (
    <Select
      label={label}
      hideLabel={hideLabel}
      icon={Languages}
      value={i18n.language}
      options={OPTIONS}
      onChange={(language) => {
        if (isLanguage(language)) void changeLanguage(i18n, language);
      }}
    />
  );
}
