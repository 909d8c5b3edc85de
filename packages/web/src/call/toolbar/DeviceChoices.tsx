import { Check } from 'lucide-react';
import { Header, MenuItem, MenuSection } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { DeviceOptions } from '../../devices/useDeviceOptions.ts';
import { LaterMenu } from '../later/LaterMenu.tsx';
import type { OpenedMenu } from '../later/useLaterMenu.ts';
import styles from './Toolbar.module.css';

interface DeviceChoicesProps {
  readonly opened: OpenedMenu;
  readonly label: string;
  readonly lists: readonly DeviceOptions[];
}

/** Chooses devices without leaving the call. */
export function DeviceChoices({ opened, label, lists }: DeviceChoicesProps) {
  const { t } = useTranslation();
  return (
    <LaterMenu label={label} placement="top" offset={12} {...opened}>
      {lists.map((list) => (
        <MenuSection
          key={list.label}
          id={list.label}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[keyOf(list, list.value)]}
          onSelectionChange={(keys) => {
            const chosen = list.options.find(({ value }) => keys !== 'all' && keys.has(keyOf(list, value)));
            if (chosen !== undefined) list.choose(chosen.value);
          }}
        >
          <Header className={styles.menuHeader}>{list.label}</Header>
          {list.options.map((option) => (
            <MenuItem
              key={option.value}
              id={keyOf(list, option.value)}
              className={styles.menuItem ?? ''}
              textValue={option.label}
            >
              {({ isSelected }) => (
                <>
                  <Check
                    size="1.125rem"
                    aria-hidden
                    style={{ visibility: isSelected ? 'visible' : 'hidden' }}
                  />
                  <span>{option.label}</span>
                </>
              )}
            </MenuItem>
          ))}
          {list.options.length === 0 ? (
            <MenuItem className={styles.menuItem ?? ''} isDisabled textValue={t('device.noneFound')}>
              <span>{t('device.noneFound')}</span>
            </MenuItem>
          ) : null}
        </MenuSection>
      ))}
    </LaterMenu>
  );
}

/** Keys are one space for the whole menu, and both a microphone and a speaker may be called `default`. */
function keyOf(list: DeviceOptions, deviceId: string): string {
  return `${list.label}/${deviceId}`;
}
