import type { Meeting, MeetingPhase, MeetingState } from '@treff/client/media';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FailurePage } from '../app/FailurePage.tsx';
import { rememberedName } from '../app/preferences.ts';
import { recentRooms, withRoom } from '../app/recentRooms.ts';
import { Splash } from '../app/Splash.tsx';
import { Call } from '../call/Call.tsx';
import { Prejoin } from '../prejoin/Prejoin.tsx';
import { LeftPage } from './LeftPage.tsx';
import { MeetingContext, useMeeting, useMeetingState } from './MeetingContext.ts';
import type { Overrides } from './overrides.ts';
import { reloadForVersion, versionFits, type Comeback } from './versionReload.ts';

interface MeetingScreenProps {
  readonly meeting: Meeting;
  readonly room: string;
  readonly overrides: Overrides;
  /** The page was loaded again in the middle of the meeting. */
  readonly comeback?: Comeback | undefined;
}

/** From the first connection to the farewell: the screen that fits the meeting's phase. */
export function MeetingScreen({ meeting, room, overrides, comeback }: MeetingScreenProps) {
  return (
    <MeetingContext value={meeting}>
      <Title room={room} />
      <Phases room={room} overrides={overrides} comeback={comeback} />
    </MeetingContext>
  );
}

/** The window's: what the meeting is about, where it is. */
function Title({ room }: { readonly room: string }) {
  const { t } = useTranslation();
  const subject = useMeetingState((state) => state.conference?.subject ?? '');
  useEffect(() => {
    document.title = [subject, room, t('app.title')].filter((part) => part !== '').join(' | ');
  }, [subject, room, t]);
  return null;
}

function Phases({ room, overrides, comeback }: Omit<MeetingScreenProps, 'meeting'>) {
  const meeting = useMeeting();
  const phase = useMeetingState((state) => state.phase);
  const [displayName, setDisplayName] = useState(
    () => comeback?.displayName ?? overrides.displayName ?? rememberedName.get(),
  );
  const [skipsPrejoin, setSkipsPrejoin] = useState(!overrides.prejoin || comeback !== undefined);
  const [wantsIn, setWantsIn] = useState(skipsPrejoin);
  const reloading = useVersionReload(phase, room, displayName, comeback);
  useMediaModeAttribute();
  useRecentRoom(phase);

  // Changed in the call it is the name under which one returns, too.
  const ownName = useMeetingState(ownNameOf);
  useEffect(() => {
    if (ownName !== undefined) setDisplayName(ownName);
  }, [ownName]);

  useEffect(() => {
    if (phase.name === 'prejoin' && wantsIn) meeting.join({ displayName });
  }, [phase.name, wantsIn, displayName, meeting]);

  const retry = useCallback(() => meeting.retry(), [meeting]);
  const rejoin = useCallback(() => {
    setSkipsPrejoin(true);
    setWantsIn(true);
    meeting.retry();
  }, [meeting]);

  if (reloading) return <Splash />;
  switch (phase.name) {
    case 'connecting':
    case 'prejoin':
    case 'joining':
      if (skipsPrejoin) return <Splash />;
      return (
        <Prejoin
          room={room}
          displayName={displayName}
          pending={wantsIn ? phase.name : undefined}
          onJoin={(name) => {
            rememberedName.set(name);
            setDisplayName(name);
            setWantsIn(true);
          }}
        />
      );
    case 'joined':
      return <Call />;
    case 'left':
      return <LeftPage onRejoin={rejoin} />;
    case 'failed':
      return (
        <FailurePage
          code={phase.code}
          person={phase.person}
          retryAfterMs={phase.retryAfterMs}
          onRetry={retry}
        />
      );
  }
}

/** True while the page is being replaced by the server's version of it. */
function useVersionReload(
  phase: MeetingPhase,
  room: string,
  displayName: string,
  comeback: Comeback | undefined,
): boolean {
  const meeting = useMeeting();
  const [reloading, setReloading] = useState(false);
  const joined = useRef(false);
  const outdated = phase.name === 'failed' && phase.code === 'protocol/version';
  useEffect(() => {
    if (phase.name === 'joined') joined.current = true;
    // Not when the meeting ends: it also ends because the page is being loaded again.
    if (phase.name === 'joined' || (phase.name === 'prejoin' && comeback === undefined)) versionFits();
    if (!outdated) return;
    const { microphone, camera } = meeting.getState().local;
    const { ticket } = meeting;
    const next = { displayName, microphone: microphone.wanted, camera: camera.wanted, ticket };
    setReloading(reloadForVersion(room, joined.current ? next : undefined));
  }, [phase.name, outdated, room, displayName, comeback, meeting]);
  return reloading;
}

function ownNameOf({ conference }: MeetingState): string | undefined {
  return conference?.participants.find(({ id }) => id === conference.self)?.displayName;
}

/** `<html data-media-mode>` tells tests and embedders how media flows. */
function useMediaModeAttribute(): void {
  const mode = useMeetingState((state) => state.way);
  useEffect(() => {
    document.documentElement.dataset['mediaMode'] = mode;
    return () => {
      document.documentElement.dataset['mediaMode'] = 'none';
    };
  }, [mode]);
}

function useRecentRoom(phase: MeetingPhase): void {
  const room = useMeetingState((state) => state.room);
  useEffect(() => {
    if (phase.name === 'joined') recentRooms.set(withRoom(recentRooms.get(), room, Date.now()));
  }, [phase.name, room]);
}
