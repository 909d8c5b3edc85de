import type { ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';
import { Seldom } from './Seldom.tsx';
import type { SeldomParts } from './useSeldom.ts';

/** {@link SeldomParts.LobbyDialog}, loaded when it is opened. */
export function LobbyDialog(props: ComponentProps<SeldomParts['LobbyDialog']>) {
  const { t } = useTranslation();
  const { displayName } = props.knocker;
  const name = displayName === '' ? t('call.guest') : displayName;
  return (
    <Seldom title={t('lobby.chatWith', { name })} place="over" onClose={props.onClose}>
      {(parts) => <parts.LobbyDialog {...props} />}
    </Seldom>
  );
}
