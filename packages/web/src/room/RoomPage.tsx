import { createMeeting } from '@treff/client/media';
import { useEffect, useState } from 'react';
import { Splash } from '../app/Splash.tsx';
import { MeetingScreen } from './MeetingScreen.tsx';
import { keepModeratorTicket, moderatorTicket } from './moderatorTicket.ts';
import { parseOverrides } from './overrides.ts';
import { hasComeback, takeComeback, type Comeback } from './versionReload.ts';

/** The page at `/RoomName`. */
export function RoomPage({ room }: { readonly room: string }) {
  const [start, setStart] = useState<{ comeback: Comeback | undefined } | undefined>(() =>
    hasComeback(room) ? undefined : { comeback: undefined },
  );
  useEffect(() => {
    void takeComeback(room).then((comeback) => setStart((before) => before ?? { comeback }));
  }, [room]);
  return start === undefined ? <Splash /> : <OneMeeting room={room} comeback={start.comeback} />;
}

/** One meeting, which lives as long as the page. */
function OneMeeting({ room, comeback }: { readonly room: string; readonly comeback: Comeback | undefined }) {
  const [overrides] = useState(() => parseOverrides(window.location.hash));
  const [meeting] = useState(() => {
    const created = createMeeting({
      url: socketAddress(window.location),
      room,
      startWithAudioMuted: comeback === undefined ? overrides.startWithAudioMuted : !comeback.microphone,
      startWithVideoMuted: comeback === undefined ? overrides.startWithVideoMuted : !comeback.camera,
      resolution: overrides.resolution,
      ticket: comeback?.ticket ?? moderatorTicket(room, Date.now()),
    });
    // What another tab did to the devices in the meantime is remembered for the next visit, and this is none.
    if (comeback?.microphone === true) created.setMicrophone(true);
    if (comeback?.camera === true) created.setCamera(true);
    return created;
  });

  useEffect(() => {
    const forget = keepModeratorTicket(meeting, room, Date.now);
    const end = () => meeting.dispose();
    // A page that the browser kept aside comes back with a meeting that has ended.
    const revive = (event: PageTransitionEvent) => {
      if (event.persisted) window.location.reload();
    };
    window.addEventListener('pagehide', end);
    window.addEventListener('pageshow', revive);
    return () => {
      forget();
      window.removeEventListener('pagehide', end);
      window.removeEventListener('pageshow', revive);
    };
  }, [meeting, room]);

  return <MeetingScreen meeting={meeting} room={room} overrides={overrides} comeback={comeback} />;
}

function socketAddress({ protocol, host }: Location): string {
  return `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}/ws`;
}
