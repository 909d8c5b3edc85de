import type { ErrorCode } from '@treff/protocol';
import { useTranslation } from 'react-i18next';

/** Says in words what a code of the server means. */
export function useErrorText(): (code: ErrorCode) => string {
  const { t } = useTranslation();
  return (code) => `${t(`error.${code}.title`)}. ${t(`error.${code}.text`)}`;
}
