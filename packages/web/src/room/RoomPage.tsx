import { createMeeting } from '@treff/client/media';
import { useEffect, useState } from 'react';
import { MeetingScreen } from './MeetingScreen.tsx';
import { parseOverrides } from './overrides.ts';

/** The page at `/RoomName`: one meeting, which lives as long as the page. */
export function RoomPage({ room }: { readonly room: string }) {
  const [overrides] = useState(() => parseOverrides(window.location.hash));
  const [meeting] = useState(() =>
    createMeeting({
      url: socketAddress(window.location),
      room,
      startWithAudioMuted: overrides.startWithAudioMuted,
      startWithVideoMuted: overrides.startWithVideoMuted,
      resolution: overrides.resolution,
    }),
  );

  useEffect(() => {
    const end = () => meeting.dispose();
    // A page that the browser kept aside comes back with a meeting that has ended.
    const revive = (event: PageTransitionEvent) => {
      if (event.persisted) window.location.reload();
    };
    window.addEventListener('pagehide', end);
    window.addEventListener('pageshow', revive);
    return () => {
      window.removeEventListener('pagehide', end);
      window.removeEventListener('pageshow', revive);
    };
  }, [meeting]);

  return <MeetingScreen meeting={meeting} room={room} overrides={overrides} />;
}

function socketAddress({ protocol, host }: Location): string {
  return `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}/ws`;
}
