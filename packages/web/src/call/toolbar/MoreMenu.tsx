import { Ellipsis } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Seldom } from '../later/Seldom.tsx';
import { useLaterMenu } from '../later/useLaterMenu.ts';
import type { Panel } from '../panels/panel.ts';
import { ToolButton } from './ToolButton.tsx';

interface MoreMenuProps {
  readonly onOpen: (panel: Panel) => void;
}

/** The button for what found no place in the bar. */
export function MoreMenu({ onOpen }: MoreMenuProps) {
  const { t } = useTranslation();
  const { opened, onClose, button } = useLaterMenu();
  return (
    <>
      <ToolButton label={t('call.more')} icon={Ellipsis} {...button} />
      {opened === undefined ? null : (
        <Seldom title={t('call.more')} place="over" onClose={onClose}>
          {(parts) => <parts.MoreActions opened={opened} onOpen={onOpen} />}
        </Seldom>
      )}
    </>
  );
}
