import { createMeeting, type Ticket } from '@treff/client/media';
import { useEffect, useMemo, useState } from 'react';
import { useSession } from '../account/useSession.ts';
import { Splash } from '../app/Splash.tsx';
import { takeCredentials, type Credentials } from './credentials.ts';
import { identityOf } from './identity.ts';
import { MeetingScreen } from './MeetingScreen.tsx';
import { keepModeratorTicket, moderatorTicket } from './moderatorTicket.ts';
import { parseOverrides } from './overrides.ts';
import { hasSeatTicket, keepSeatTicket, takeSeatTicket } from './seatTicket.ts';
import { hasComeback, takeComeback, type Comeback } from './versionReload.ts';

/** How this page comes back to where the one before it was. */
interface Return {
  readonly comeback: Comeback | undefined;
  readonly ticket: Ticket | undefined;
}

/** The page at `/RoomName`. */
export function RoomPage({ room }: { readonly room: string }) {
  const [credentials] = useState(() => takeCredentials(room));
  const [start, setStart] = useState<Return | undefined>(() =>
    hasComeback(room) || hasSeatTicket(room, Date.now())
      ? undefined
      : { comeback: undefined, ticket: undefined },
  );
  useEffect(() => {
    void returnTo(room).then((found) => setStart((before) => before ?? found));
  }, [room]);
  return start === undefined ? <Splash /> : <OneMeeting room={room} credentials={credentials} {...start} />;
}

async function returnTo(room: string): Promise<Return> {
  const comeback = await takeComeback(room);
  return { comeback, ticket: comeback?.ticket ?? (await takeSeatTicket(room, Date.now())) };
}

interface OneMeetingProps extends Return {
  readonly room: string;
  readonly credentials: Credentials;
}

/** One meeting, which lives as long as the page. */
function OneMeeting({ room, credentials, comeback, ticket }: OneMeetingProps) {
  const [overrides] = useState(() => parseOverrides(window.location.hash));
  const [meeting] = useState(() => {
    const created = createMeeting({
      url: socketAddress(window.location),
      room,
      startWithAudioMuted: comeback === undefined ? overrides.startWithAudioMuted : !comeback.microphone,
      startWithVideoMuted: comeback === undefined ? overrides.startWithVideoMuted : !comeback.camera,
      resolution: overrides.resolution,
      lastN: overrides.lastN,
      ticket: ticket ?? moderatorTicket(room, Date.now()),
      ...credentials,
    });
    // What another tab did to the devices in the meantime is remembered for the next visit, and this is none.
    if (comeback?.microphone === true) created.setMicrophone(true);
    if (comeback?.camera === true) created.setCamera(true);
    return created;
  });

  useEffect(() => {
    const forgetModerator = keepModeratorTicket(meeting, room, Date.now);
    const forgetSeat = keepSeatTicket(meeting, room, Date.now);
    const end = () => meeting.dispose();
    // A page that the browser kept aside comes back with a meeting that has ended.
    const revive = (event: PageTransitionEvent) => {
      if (event.persisted) window.location.reload();
    };
    window.addEventListener('pagehide', end);
    window.addEventListener('pageshow', revive);
    return () => {
      forgetModerator();
      forgetSeat();
      window.removeEventListener('pagehide', end);
      window.removeEventListener('pageshow', revive);
    };
  }, [meeting, room]);

  const { state } = useSession();
  const session = state.name === 'here' ? state.session : undefined;
  const identity = useMemo(() => identityOf(session, credentials.jwt), [session, credentials.jwt]);
  return (
    <MeetingScreen
      meeting={meeting}
      room={room}
      overrides={overrides}
      identity={identity}
      comeback={comeback}
    />
  );
}

function socketAddress({ protocol, host }: Location): string {
  return `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}/ws`;
}
