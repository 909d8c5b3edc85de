import { ChevronUp } from 'lucide-react';
import type { DeviceOptions } from '../../devices/useDeviceOptions.ts';
import { Seldom } from '../later/Seldom.tsx';
import { useLaterMenu } from '../later/useLaterMenu.ts';
import { ToolButton } from './ToolButton.tsx';

interface DeviceMenuProps {
  readonly label: string;
  readonly lists: readonly DeviceOptions[];
}

/** The button beside the microphone's or the camera's, and the choices that it opens. */
export function DeviceMenu({ label, lists }: DeviceMenuProps) {
  const { opened, onClose, button } = useLaterMenu();
  return (
    <>
      <ToolButton label={label} icon={ChevronUp} size="narrow" collapses {...button} />
      {opened === undefined ? null : (
        <Seldom title={label} place="over" onClose={onClose}>
          {(parts) => <parts.DeviceChoices opened={opened} label={label} lists={lists} />}
        </Seldom>
      )}
    </>
  );
}
