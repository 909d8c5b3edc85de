import { Mic, Video, Volume2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Select } from '../design/Select.tsx';
import { CAN_CHOOSE_SPEAKER, useDeviceOptions } from './useDeviceOptions.ts';

/** Choice lists for microphone, camera and, where the browser can, speaker. */
export function DeviceSelects({ hideLabels = false }: { readonly hideLabels?: boolean }) {
  const { t } = useTranslation();
  const { microphone, camera, speaker } = useDeviceOptions();
  const empty = t('device.noneFound');
  const lists = [
    { ...microphone, icon: Mic },
    { ...camera, icon: Video },
    ...(CAN_CHOOSE_SPEAKER ? [{ ...speaker, icon: Volume2 }] : []),
  ];
  return lists.map(({ choose, ...list }) => (
    <Select key={list.label} {...list} empty={empty} hideLabel={hideLabels} onChange={choose} />
  ));
}
