import type { Meeting, MeetingPhase } from '@treff/client/media';
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
import { cameBackJoined, reloadForVersion, versionFits } from './versionReload.ts';

interface MeetingScreenProps {
  readonly meeting: Meeting;
  readonly room: string;
  readonly overrides: Overrides;
}

/** From the first connection to the farewell: the screen that fits the meeting's phase. */
export function MeetingScreen({ meeting, room, overrides }: MeetingScreenProps) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${room} | ${t('app.title')}`;
  }, [room, t]);
  return (
    <MeetingContext value={meeting}>
      <Phases room={room} overrides={overrides} />
    </MeetingContext>
  );
}

function Phases({ room, overrides }: Omit<MeetingScreenProps, 'meeting'>) {
  const meeting = useMeeting();
  const phase = useMeetingState((state) => state.phase);
  const [displayName, setDisplayName] = useState(() => overrides.displayName ?? rememberedName.get());
  const [skipsPrejoin, setSkipsPrejoin] = useState(() => !overrides.prejoin || cameBackJoined(room));
  const [wantsIn, setWantsIn] = useState(skipsPrejoin);
  const reloading = useVersionReload(phase, room);
  useMediaModeAttribute();
  useRecentRoom(phase);

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
      return <FailurePage code={phase.code} retryAfterMs={phase.retryAfterMs} onRetry={retry} />;
  }
}

/** True while the page is being replaced by the server's version of it. */
function useVersionReload(phase: MeetingPhase, room: string): boolean {
  const [reloading, setReloading] = useState(false);
  const joined = useRef(false);
  const outdated = phase.name === 'failed' && phase.code === 'protocol/version';
  useEffect(() => {
    if (phase.name === 'joined') joined.current = true;
    if (phase.name === 'joined' || phase.name === 'left') versionFits();
    if (outdated) setReloading(reloadForVersion(room, joined.current));
  }, [phase.name, outdated, room]);
  return reloading;
}

/** `<html data-media-mode>` tells tests and embedders how media flows. */
function useMediaModeAttribute(): void {
  const mode = useMeetingState((state) => state.conference?.route.mode ?? 'none');
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
