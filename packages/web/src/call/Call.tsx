import type { ConferenceView } from '@treff/protocol';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { BlockedContext } from '../devices/BlockedContext.ts';
import { useCamera, useMicrophone } from '../devices/useDeviceToggles.ts';
import { useScreenShare } from '../devices/useScreenShare.ts';
import { useMeeting, useMeetingState } from '../room/MeetingContext.ts';
import styles from './Call.module.css';
import { ChatNews } from './chat/ChatNews.tsx';
import { EMPTY_DRAFT } from './chat/draft.ts';
import { useUnread } from './chat/useUnread.ts';
import { ConnectionBadge } from './connection/ConnectionBadge.tsx';
import { Floor } from './floor/Floor.tsx';
import { useShortcuts } from './hooks/useShortcuts.ts';
import { useSeldomAhead } from './later/useSeldom.ts';
import { useLayout } from './layout/useLayout.ts';
import { useHand } from './moderation/useHand.ts';
import { LeaveNotice } from './moderation/LeaveNotice.tsx';
import { useLeave } from './moderation/useLeave.ts';
import { Notices } from './notices/Notices.tsx';
import { AloneCard } from './panels/AloneCard.tsx';
import { OpenPanel } from './panels/OpenPanel.tsx';
import type { Panel } from './panels/panel.ts';
import { peopleOf, screensOf, soundsOf } from './people.ts';
import { RemoteSound } from './RemoteSound.tsx';
import { Toolbar } from './toolbar/Toolbar.tsx';

/** The meeting itself. */
export function Call() {
  const view = useMeetingState((state) => state.conference);
  const { leave, explain, close } = useLeave();
  if (view === undefined) return null;
  const notice = leave === undefined ? null : <LeaveNotice leave={leave} onClose={close} />;
  return (
    <BlockedContext value={explain}>
      <Conference view={view} notice={notice} />
    </BlockedContext>
  );
}

interface ConferenceProps {
  readonly view: ConferenceView;
  /** What comes of a press on what is blocked. */
  readonly notice: ReactNode;
}

function Conference({ view, notice }: ConferenceProps) {
  const meeting = useMeeting();
  const local = useMeetingState((state) => state.local);
  const tracks = useMeetingState((state) => state.tracks);
  const withheld = useMeetingState((state) => state.withheld);
  const people = useMemo(() => peopleOf(view, local, tracks, withheld), [view, local, tracks, withheld]);
  const screens = useMemo(() => screensOf(view, local, tracks, withheld), [view, local, tracks, withheld]);
  const { layout, toggleLayout, pinned, pin } = useLayout(people.length, screens);
  const [panel, setPanel] = useState<Panel>();
  const microphone = useMicrophone();
  const camera = useCamera();
  const screen = useScreenShare();
  const hand = useHand();
  const sound = useSound();
  const seldomIsHere = useSeldomAhead();
  const unread = useUnread(view, panel === 'chat' && seldomIsHere);
  const draft = useRef(EMPTY_DRAFT);
  const closePanel = useCallback(() => setPanel(undefined), []);

  useShortcuts((action) => {
    switch (action) {
      case 'microphone':
        return microphone.toggle();
      case 'camera':
        return camera.toggle();
      case 'screen':
        return screen.toggle();
      case 'layout':
        return toggleLayout();
      case 'chat':
        return setPanel(panel === 'chat' ? undefined : 'chat');
      case 'hand':
        return hand.toggle();
      case 'shortcuts':
        return setPanel('shortcuts');
    }
  });

  return (
    <main className={styles.call}>
      {view.subject === '' ? null : (
        <h1 className={styles.subject} title={view.subject}>
          {view.subject}
        </h1>
      )}
      <div className={styles.middle}>
        <div className={styles.floor}>
          <Floor view={view} people={people} screens={screens} layout={layout} pinned={pinned} onPin={pin} />
          <Notices
            view={view}
            soundBlocked={sound.blocked}
            onHear={sound.playAll}
            listOpen={panel === 'participants'}
          >
            {notice}
          </Notices>
          <ChatNews message={unread.news} onOpen={() => setPanel('chat')} />
          {people.length === 1 ? <AloneCard onSecurity={() => setPanel('security')} /> : null}
        </div>
        {panel === undefined ? null : (
          <OpenPanel
            key={panel}
            panel={panel}
            view={view}
            people={people}
            draft={draft}
            onOpen={setPanel}
            onClose={closePanel}
          />
        )}
      </div>
      <ConnectionBadge people={people} screens={screens} />
      <Toolbar
        layout={layout}
        participantCount={people.length}
        unreadCount={unread.count}
        panel={panel}
        onLayout={toggleLayout}
        onPanel={setPanel}
        onLeave={() => meeting.leave()}
      />
      <div ref={sound.container}>
        {soundsOf(view, tracks).map((one) => (
          <RemoteSound
            key={`${one.participant} ${one.kind}`}
            sound={one}
            speakerId={local.speakerId}
            onBlocked={sound.onBlocked}
          />
        ))}
      </div>
    </main>
  );
}

/** Whether the browser lets remote sound play. Any press of a key or button lifts the block, not only ours. */
function useSound() {
  const container = useRef<HTMLDivElement>(null);
  const [blocked, setBlocked] = useState(false);
  const onBlocked = useCallback(() => setBlocked(true), []);
  const playAll = useCallback(() => {
    setBlocked(false);
    for (const element of container.current?.querySelectorAll('audio') ?? []) {
      element.play().catch((error: unknown) => {
        if (error instanceof DOMException && error.name === 'NotAllowedError') setBlocked(true);
      });
    }
  }, []);
  useEffect(() => {
    if (!blocked) return undefined;
    document.addEventListener('click', playAll);
    document.addEventListener('keyup', playAll);
    return () => {
      document.removeEventListener('click', playAll);
      document.removeEventListener('keyup', playAll);
    };
  }, [blocked, playAll]);
  return { container, blocked, onBlocked, playAll };
}
