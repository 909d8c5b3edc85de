import type { ReactNode } from 'react';
import { Menu, Popover, type PopoverProps } from 'react-aria-components';
import styles from '../toolbar/Toolbar.module.css';
import type { OpenedMenu } from './useLaterMenu.ts';

interface LaterMenuProps extends OpenedMenu {
  readonly label: string;
  readonly placement: NonNullable<PopoverProps['placement']>;
  /** CSS pixels between the button and the menu. */
  readonly offset: number;
  readonly children: ReactNode;
}

/** The menu of a button that has {@link useLaterMenu}. */
export function LaterMenu({
  label,
  trigger,
  focus,
  isOpen,
  placement,
  offset,
  onClose,
  children,
}: LaterMenuProps) {
  return (
    <Popover
      className={styles.menu ?? ''}
      triggerRef={trigger}
      placement={placement}
      offset={offset}
      isOpen={isOpen}
      onOpenChange={(opens) => {
        if (!opens) onClose();
      }}
    >
      <Menu aria-label={label} autoFocus={focus} onClose={onClose}>
        {children}
      </Menu>
    </Popover>
  );
}
