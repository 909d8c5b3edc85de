import { errorCode } from '@treff/protocol';
import { useTranslation } from 'react-i18next';

/** Says in words what a code of the server means. One that this page doesn't know stands behind `otherwise`. */
export function useErrorText(): (code: string, otherwise: string) => string {
  const { t } = useTranslation();
  return (code, otherwise) => {
    const known = errorCode.safeParse(code);
    return known.success
      ? `${t(`error.${known.data}.title`)}. ${t(`error.${known.data}.text`)}`
      : `${otherwise} ${t('failed.code', { code })}`;
  };
}
