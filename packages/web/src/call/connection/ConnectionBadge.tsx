import type { ConnectionReport } from '@treff/client/media';
import { ArrowLeftRight, LoaderCircle, Server } from 'lucide-react';
import { useCallback, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useMeetingState } from '../../room/MeetingContext.ts';
import { Seldom } from '../later/Seldom.tsx';
import type { Person, Screen } from '../people.ts';
import styles from './connection.module.css';

interface ConnectionBadgeProps {
  readonly people: readonly Person[];
  readonly screens: readonly Screen[];
}

/** Says how picture and sound come, and on a press how well. Absent while nobody else is here. */
export function ConnectionBadge(props: ConnectionBadgeProps) {
  const way = useMeetingState((state) => state.way);
  const media = useMeetingState(({ phase }) => (phase.name === 'joined' ? phase.media : undefined));
  return way === 'none' || media === undefined ? null : <Badge way={way} media={media} {...props} />;
}

interface BadgeProps extends ConnectionBadgeProps {
  readonly way: ConnectionReport['way'];
  readonly media: 'connecting' | 'connected' | 'reconnecting';
}

function Badge({ way, media, ...seen }: BadgeProps) {
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  const settled = media === 'connected';
  const Icon = !settled ? LoaderCircle : way === 'p2p' ? ArrowLeftRight : Server;
  const text = settled
    ? t(`connection.way.${way}`)
    : t(media === 'connecting' ? 'connection.connecting' : 'connection.reconnecting');
  return (
    <div className={styles.place}>
      <Button
        ref={button}
        className={styles.badge ?? ''}
        aria-label={text}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        data-way={way}
        data-media={media}
        onPress={() => setOpen(true)}
      >
        <Icon className={styles.icon} size="0.9375rem" aria-hidden />
        <span className={styles.text}>{text}</span>
      </Button>
      {isOpen ? (
        <Seldom title={text} place="over" onClose={close}>
          {(parts) => (
            <parts.ConnectionPopover title={text} trigger={button} way={way} onClose={close} {...seen} />
          )}
        </Seldom>
      ) : null}
    </div>
  );
}
