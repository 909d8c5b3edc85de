import type { EnterOptions, Meeting, MeetingPhase, MeetingState } from '@treff/client/media';
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { FailurePage } from '../app/FailurePage.tsx';
import { rememberedName } from '../app/preferences.ts';
import { recentRooms, withRoom } from '../app/recentRooms.ts';
import { Splash } from '../app/Splash.tsx';
import { Call } from '../call/Call.tsx';
import { Frame } from '../prejoin/Frame.tsx';
import { Prejoin } from '../prejoin/Prejoin.tsx';
import { forgetCredentials } from './credentials.ts';
import { keyTo } from './door.ts';
import type { Barred } from './DoorPage.tsx';
import type { Identity } from './identity.ts';
import { LeftPage } from './LeftPage.tsx';
import { MeetingContext, useMeeting, useMeetingState } from './MeetingContext.ts';
import type { Overrides } from './overrides.ts';
import { Threshold } from './Threshold.tsx';
import { useTitle } from './useTitle.ts';
import { reloadForVersion, versionFits, type Comeback } from './versionReload.ts';

interface MeetingScreenProps {
  readonly meeting: Meeting;
  readonly room: string;
  readonly overrides: Overrides;
  readonly identity: Identity;
  /** The page was loaded again in the middle of the meeting. */
  readonly comeback?: Comeback | undefined;
}

/** From the first connection to the farewell: the screen that fits the meeting's phase. */
export function MeetingScreen({ meeting, ...props }: MeetingScreenProps) {
  return (
    <MeetingContext value={meeting}>
      <Phases {...props} />
    </MeetingContext>
  );
}

function Phases({ room, overrides, identity, comeback }: Omit<MeetingScreenProps, 'meeting'>) {
  const meeting = useMeeting();
  const phase = useMeetingState((state) => state.phase);
  const [chosenName, setChosenName] = useState(
    () => comeback?.displayName ?? overrides.displayName ?? rememberedName.get(),
  );
  const displayName = identity.name.from === 'free' ? chosenName : identity.name.displayName;
  const [skipsPrejoin, setSkipsPrejoin] = useState(!overrides.prejoin || comeback !== undefined);
  const [wantsIn, setWantsIn] = useState(skipsPrejoin);
  const reloading = useVersionReload(phase, room, displayName, comeback);
  const { door, hasPassword } = useDoor(phase);
  const wasInside = useWasInside(phase);
  useTitle(room);
  useMediaModeAttribute();
  useRecentRoom(phase);

  // Changed in the call it is the name under which one returns, too.
  const ownName = useMeetingState(ownNameOf);
  useEffect(() => {
    if (ownName !== undefined) setChosenName(ownName);
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

  function choose(name: string) {
    setChosenName(name);
    if (identity.name.from === 'free') rememberedName.set(name);
  }
  const enter = (options: EnterOptions) => {
    if (options.displayName !== undefined) choose(options.displayName);
    meeting.enter(options);
  };
  const before = (content: ReactNode) => <Frame room={room}>{content}</Frame>;

  if (reloading) return <Splash />;
  switch (phase.name) {
    case 'connecting':
    case 'prejoin':
    case 'joining':
    case 'barred':
      if (door !== undefined) {
        return before(
          <Threshold>
            {({ DoorPage }) => (
              <DoorPage
                door={door}
                identity={identity}
                displayName={displayName}
                pending={phase.name !== 'barred'}
                onEnter={enter}
                onAsGuest={() => {
                  forgetCredentials(room);
                  if (door.code === 'room/invitation-invalid') meeting.enter({});
                  else window.location.reload();
                }}
              />
            )}
          </Threshold>,
        );
      }
      if (skipsPrejoin || phase.name === 'barred') return <Splash />;
      return before(
        <Prejoin
          identity={identity}
          displayName={displayName}
          pending={wantsIn ? phase.name : undefined}
          onJoin={(name) => {
            choose(name);
            setWantsIn(true);
          }}
        />,
      );
    case 'waiting':
      return before(
        <Threshold>
          {({ WaitingPage }) => (
            <WaitingPage
              phase={phase}
              identity={identity}
              displayName={displayName}
              hasPassword={hasPassword}
            />
          )}
        </Threshold>,
      );
    case 'joined':
      return <Call />;
    case 'left':
      return <LeftPage wasInside={wasInside} onRejoin={rejoin} />;
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

/**
 * The shut door before which the person stands, also while an attempt to open it is on its way; and whether a password opens it,
 * which somebody who waits may still find.
 */
function useDoor(phase: MeetingPhase): { readonly door: Barred | undefined; readonly hasPassword: boolean } {
  const [door, setDoor] = useState<Barred>();
  const [hasPassword, setHasPassword] = useState(false);
  const isOnItsWay = phase.name === 'connecting' || phase.name === 'prejoin' || phase.name === 'joining';
  const now = phase.name === 'barred' ? phase : isOnItsWay ? door : undefined;
  if (now !== door) {
    setDoor(now);
    if (now !== undefined) setHasPassword(keyTo(now.code) === 'password');
  }
  return { door: now, hasPassword };
}

/** Whether the person is in the meeting, or was when they last came to it. */
function useWasInside({ name }: MeetingPhase): boolean {
  const [wasInside, setWasInside] = useState(false);
  const isInside = name === 'joined' || (wasInside && name !== 'waiting');
  if (isInside !== wasInside) setWasInside(isInside);
  return isInside;
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
