import { ArrowLeftRight, LoaderCircle, Server } from 'lucide-react';
import { Button, Dialog, DialogTrigger, Heading, Popover } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useMeetingState } from '../../room/MeetingContext.ts';
import type { Person, Screen } from '../people.ts';
import styles from './connection.module.css';
import { ConnectionDetails } from './ConnectionDetails.tsx';

interface ConnectionBadgeProps {
  readonly people: readonly Person[];
  readonly screens: readonly Screen[];
}

/** Says how picture and sound come, and on a press how well. Absent while nobody else is here. */
export function ConnectionBadge({ people, screens }: ConnectionBadgeProps) {
  const { t } = useTranslation();
  const way = useMeetingState((state) => state.way);
  const media = useMeetingState(({ phase }) => (phase.name === 'joined' ? phase.media : undefined));
  if (way === 'none' || media === undefined) return null;
  const settled = media === 'connected';
  const Icon = !settled ? LoaderCircle : way === 'p2p' ? ArrowLeftRight : Server;
  const text = settled
    ? t(`connection.way.${way}`)
    : t(media === 'connecting' ? 'connection.connecting' : 'connection.reconnecting');
  return (
    <div className={styles.place}>
      <DialogTrigger>
        <Button className={styles.badge ?? ''} aria-label={text} data-way={way} data-media={media}>
          <Icon className={styles.icon} size="0.9375rem" aria-hidden />
          <span className={styles.text}>{text}</span>
        </Button>
        <Popover className={styles.popover ?? ''} placement="top start" offset={8}>
          <Dialog className={styles.dialog ?? ''}>
            <Heading slot="title" className={styles.title ?? ''}>
              {text}
            </Heading>
            <ConnectionDetails way={way} people={people} screens={screens} />
          </Dialog>
        </Popover>
      </DialogTrigger>
    </div>
  );
}
