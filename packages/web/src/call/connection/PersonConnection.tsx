import type { ConnectionQuality } from '@treff/protocol';
import { useEffect, useState, type RefObject } from 'react';
import { Dialog, Heading, Popover } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useMeeting, useMeetingState } from '../../room/MeetingContext.ts';
import type { Person } from '../people.ts';
import styles from './connection.module.css';
import { OwnConnection } from './OwnConnection.tsx';
import { QualityBars } from './QualityBars.tsx';
import quality from './quality.module.css';
import { Received } from './Received.tsx';
import { Told } from './Told.tsx';

interface PersonConnectionProps {
  readonly person: Person;
  readonly name: string;
  readonly quality: ConnectionQuality;
  /** What it belongs to. */
  readonly trigger: RefObject<Element | null>;
  readonly onClose: () => void;
}

/** How somebody's connection is: what comes of them here, and what their own browser says. */
export function PersonConnection({
  person,
  name,
  quality: current,
  trigger,
  onClose,
}: PersonConnectionProps) {
  const { t } = useTranslation();
  return (
    <Popover
      className={styles.popover ?? ''}
      triggerRef={trigger}
      placement="bottom start"
      offset={4}
      isOpen
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Dialog className={styles.dialog ?? ''}>
        <Heading slot="title" className={styles.title ?? ''}>
          {t('connection.of', { name })}
        </Heading>
        <p className={quality.state}>
          <QualityBars quality={current} />
          {t(`connection.quality.${current}`)}
        </p>
        {person.isLocal ? (
          <OwnConnection />
        ) : (
          <>
            <h3 className={quality.heading}>{t('connection.here')}</h3>
            <Received of={person.id} />
            <h3 className={quality.heading}>{t('connection.told', { name })}</h3>
            <TheirWord person={person} />
          </>
        )}
      </Dialog>
    </Popover>
  );
}

function TheirWord({ person: { id } }: Pick<PersonConnectionProps, 'person'>) {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const region = useMeetingState((state) => state.region);
  const [details, setDetails] = useState<Parameters<typeof Told>[0]['details']>();
  useEffect(() => meeting.statistics.watchConnection(id, setDetails), [meeting, id]);
  if (details === undefined) return <p className={styles.meaning}>{t('connection.nothingTold')}</p>;
  return <Told details={details} region={region} />;
}
