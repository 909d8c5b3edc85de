import { EllipsisVertical } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useMeeting } from '../../room/MeetingContext.ts';
import { useName } from '../floor/useName.ts';
import { KickDialog } from '../later/KickDialog.tsx';
import { Seldom } from '../later/Seldom.tsx';
import { useLaterMenu } from '../later/useLaterMenu.ts';
import type { Person } from '../people.ts';
import { actionsOn, commandOf } from './personActions.ts';
import { useViewpoint } from './useViewpoint.ts';

interface PersonMenuProps {
  readonly person: Person;
  readonly className: string | undefined;
}

/** What the viewer may do to somebody; absent when that is nothing. */
export function PersonMenu({ person, className }: PersonMenuProps) {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const nameOf = useName();
  const [kicking, setKicking] = useState(false);
  const { opened, onClose, button } = useLaterMenu();
  const actions = actionsOn(person, useViewpoint());
  if (actions.length === 0) return null;
  const label = t('person.menu', { name: nameOf(person) });
  return (
    <>
      <Button className={className ?? ''} aria-label={label} {...button}>
        <EllipsisVertical size="1.125rem" aria-hidden />
      </Button>
      {opened === undefined ? null : (
        <Seldom title={label} place="over" onClose={onClose}>
          {(parts) => (
            <parts.PersonActions
              opened={opened}
              label={label}
              actions={actions}
              onAction={(action) => {
                if (action === 'kick') setKicking(true);
                else void meeting.ask(commandOf(action, person));
              }}
            />
          )}
        </Seldom>
      )}
      {kicking ? <KickDialog person={person} onClose={() => setKicking(false)} /> : null}
    </>
  );
}
