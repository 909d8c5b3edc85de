import type { ConnectionQuality } from '@treff/protocol';
import { useCallback, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useMeetingState } from '../../room/MeetingContext.ts';
import { Seldom } from '../later/Seldom.tsx';
import type { Person } from '../people.ts';
import { QualityBars } from './QualityBars.tsx';

interface ConnectionMarkProps {
  readonly person: Person;
  /** How the page calls them. */
  readonly name: string;
  readonly className: string | undefined;
}

/** How somebody's connection is, and on a press its details. Absent while there is nobody to be connected to. */
export function ConnectionMark({ person, name, className }: ConnectionMarkProps) {
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  const told = useMeetingState(({ qualities }) => qualities.get(person.id));
  const isConnected = useMeetingState(({ way }) => way !== 'none');
  if (!isConnected) return null;
  const quality: ConnectionQuality = person.interrupted ? 'lost' : (told ?? 'good');
  const title = t('connection.of', { name });
  return (
    <>
      <Button
        ref={button}
        className={className ?? ''}
        aria-label={`${title}: ${t(`connection.quality.${quality}`)}`}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        data-alarming={quality === 'poor' || quality === 'lost'}
        data-quality={quality}
        onPress={() => setOpen(true)}
      >
        <QualityBars quality={quality} />
      </Button>
      {isOpen ? (
        <Seldom title={title} place="over" onClose={close}>
          {(parts) => (
            <parts.PersonConnection
              person={person}
              name={name}
              quality={quality}
              trigger={button}
              onClose={close}
            />
          )}
        </Seldom>
      ) : null}
    </>
  );
}
