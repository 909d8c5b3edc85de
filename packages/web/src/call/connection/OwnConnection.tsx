import { useMemo } from 'react';
import { useMeetingState } from '../../room/MeetingContext.ts';
import { peopleOf, screensOf } from '../people.ts';
import { ConnectionDetails } from './ConnectionDetails.tsx';

/** The details of one's own connection, wherever they are asked for. */
export function OwnConnection() {
  const view = useMeetingState((state) => state.conference);
  const local = useMeetingState((state) => state.local);
  const tracks = useMeetingState((state) => state.tracks);
  const way = useMeetingState((state) => state.way);
  const seen = useMemo(
    () =>
      view === undefined
        ? undefined
        : { people: peopleOf(view, local, tracks), screens: screensOf(view, local, tracks) },
    [view, local, tracks],
  );
  return seen === undefined || way === 'none' ? null : <ConnectionDetails way={way} {...seen} />;
}
