import type { ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';
import { useName } from '../floor/useName.ts';
import { Seldom } from './Seldom.tsx';
import type { SeldomParts } from './useSeldom.ts';

/** {@link SeldomParts.KickDialog}, loaded when it is opened. */
export function KickDialog(props: ComponentProps<SeldomParts['KickDialog']>) {
  const { t } = useTranslation();
  const name = useName()(props.person);
  return (
    <Seldom title={t('kick.title', { name })} place="over" onClose={props.onClose}>
      {(parts) => <parts.KickDialog {...props} />}
    </Seldom>
  );
}
