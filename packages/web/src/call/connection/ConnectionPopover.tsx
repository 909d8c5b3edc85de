import type { ConnectionReport } from '@treff/client/media';
import type { RefObject } from 'react';
import { Dialog, Heading, Popover } from 'react-aria-components';
import type { Person, Screen } from '../people.ts';
import styles from './connection.module.css';
import { ConnectionDetails } from './ConnectionDetails.tsx';

interface ConnectionPopoverProps {
  readonly title: string;
  /** What it belongs to. */
  readonly trigger: RefObject<Element | null>;
  readonly way: ConnectionReport['way'];
  readonly people: readonly Person[];
  readonly screens: readonly Screen[];
  readonly onClose: () => void;
}

/** How well picture and sound come, above the badge that says how. */
export function ConnectionPopover({ title, trigger, onClose, ...details }: ConnectionPopoverProps) {
  return (
    <Popover
      className={styles.popover ?? ''}
      triggerRef={trigger}
      placement="top start"
      offset={8}
      isOpen
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Dialog className={styles.dialog ?? ''}>
        <Heading slot="title" className={styles.title ?? ''}>
          {title}
        </Heading>
        <ConnectionDetails {...details} />
      </Dialog>
    </Popover>
  );
}
