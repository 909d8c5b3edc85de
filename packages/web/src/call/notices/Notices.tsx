import type { ConferenceView } from '@treff/protocol';
import { History, LoaderCircle, Lock, MicOff, TriangleAlert, Volume2 } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../../design/controls.module.css';
import { useCamera, useMicrophone } from '../../devices/useDeviceToggles.ts';
import { useScreenShare } from '../../devices/useScreenShare.ts';
import { useMeetingState } from '../../room/MeetingContext.ts';
import { KnockNotice } from '../lobby/KnockNotice.tsx';
import { UnmuteRequest } from '../moderation/UnmuteRequest.tsx';
import { useTidings } from '../moderation/useTidings.ts';
import styles from './Notices.module.css';
import { useArrival } from './useArrival.ts';
import { useShares } from './useShares.ts';
import { useTraffic } from './useTraffic.ts';

interface NoticesProps {
  readonly view: ConferenceView;
  /** The browser plays no sound before a click. */
  readonly soundBlocked: boolean;
  readonly onHear: () => void;
  /** The list of participants is on screen. */
  readonly listOpen: boolean;
  /** What asks for an answer, below the messages. */
  readonly children: ReactNode;
}

/** What the person should know now, above the pictures; the most pressing first. */
export function Notices({ view, soundBlocked, onHear, listOpen, children }: NoticesProps) {
  const { t } = useTranslation();
  const news = [...useTraffic(view), ...useShares(view)];
  const tidings = useTidings();
  const reconnecting = useReconnecting();
  const startedAnew = useStartedAnew();
  const arrival = useArrival();
  const talkingWhileMuted = useMeetingState((state) => state.local.talkingWhileMuted);
  const problems = useProblems();
  return (
    <div className={styles.notices}>
      {soundBlocked ? (
        <button type="button" className={styles.hear} onClick={onHear} title={t('notice.soundBlocked')}>
          <Volume2 size="1.25rem" aria-hidden />
          {t('notice.clickToHear')}
        </button>
      ) : null}
      <KnockNotice knocking={view.knocking} hidden={listOpen} />
      <div className={styles.messages} role="status">
        {reconnecting === undefined ? null : (
          <p className={styles.notice} data-kind="warning">
            <LoaderCircle className={styles.spinner} size="1.125rem" aria-hidden />
            {reconnecting}
          </p>
        )}
        {startedAnew ? (
          <p className={styles.notice} data-kind="warning">
            <History size="1.125rem" aria-hidden />
            {t('notice.startedAnew')}
          </p>
        ) : null}
        {arrival.map((message) => (
          <p key={message} className={styles.notice} data-kind="warning">
            <Lock size="1.125rem" aria-hidden />
            {message}
          </p>
        ))}
        {talkingWhileMuted ? (
          <p className={styles.notice} data-kind="warning">
            <MicOff size="1.125rem" aria-hidden />
            {t('notice.talkingWhileMuted')}
          </p>
        ) : null}
        {problems.map((problem) => (
          <p key={problem} className={styles.notice} data-kind="warning">
            <TriangleAlert size="1.125rem" aria-hidden />
            {problem}
          </p>
        ))}
        {tidings.map(({ id, text, concernsSelf }) => (
          <p key={id} className={styles.notice} data-kind={concernsSelf ? 'warning' : undefined}>
            {text}
          </p>
        ))}
        {news.map((message) => (
          <p key={message} className={styles.notice}>
            {message}
          </p>
        ))}
      </div>
      <UnmuteRequest />
      {children}
      <OwnState />
    </div>
  );
}

/** What is being repaired, in words; media that connect for the first time say so only when they take long. */
function useReconnecting(): string | undefined {
  const { t } = useTranslation();
  const phase = useMeetingState((state) => state.phase);
  const connecting = phase.name === 'joined' && phase.media === 'connecting';
  const takesLong = useAfter(connecting, 3000);
  if (phase.name !== 'joined') return undefined;
  if (phase.session === 'reconnecting')
    return t(phase.media === 'connected' ? 'notice.sessionReconnecting' : 'notice.allReconnecting');
  if (phase.media === 'reconnecting') return t('notice.mediaReconnecting');
  return takesLong ? t('notice.mediaConnecting') : undefined;
}

/** Milliseconds for which is said that the meeting began anew: whoever looked away should still read it. */
const ANEW_MS = 15_000;

/** Whether the server lost the meeting a moment ago, and everybody came back into another one. */
function useStartedAnew(): boolean {
  const earlier = useMeetingState((state) => state.earlierEpoch);
  const [told, setTold] = useState<string>();
  useEffect(() => {
    if (earlier === undefined) return undefined;
    const timer = setTimeout(() => setTold(earlier), ANEW_MS);
    return () => clearTimeout(timer);
  }, [earlier]);
  return earlier !== undefined && earlier !== told;
}

/** Problems of devices that are wanted, for ten seconds after they came up; the buttons keep a mark. */
function useProblems(): readonly string[] {
  const { t } = useTranslation();
  const microphone = useMicrophone().device.problem;
  const camera = useCamera().device.problem;
  const microphoneIsOld = useAfter(microphone !== undefined, 10_000);
  const screen = useScreenShare().screen.problem;
  const screenIsOld = useAfter(screen !== undefined, 10_000);
  const cameraIsOld = useAfter(camera !== undefined, 10_000);
  const problems: string[] = [];
  if (microphone !== undefined && !microphoneIsOld)
    problems.push(t(`device.problem.microphone.${microphone}`));
  if (camera !== undefined && !cameraIsOld) problems.push(t(`device.problem.camera.${camera}`));
  if (screen !== undefined && !screenIsOld) problems.push(t(`device.problem.screen.${screen}`));
  return problems;
}

/** Says to screen readers what a press on the microphone, the camera or the screen's button did. */
function OwnState() {
  const { t } = useTranslation();
  const microphone = useMicrophone().on;
  const camera = useCamera().on;
  const screen = useScreenShare().screen.status === 'on';
  const before = useRef({ microphone, camera, screen });
  const [message, setMessage] = useState('');
  useEffect(() => {
    if (before.current.microphone !== microphone) {
      setMessage(microphone ? t('notice.microphoneUnmuted') : t('notice.microphoneMuted'));
    } else if (before.current.camera !== camera) {
      setMessage(camera ? t('notice.cameraStarted') : t('notice.cameraStopped'));
    } else if (before.current.screen !== screen) {
      setMessage(screen ? t('call.sharingOwnScreen') : t('notice.screenStopped'));
    }
    before.current = { microphone, camera, screen };
  }, [microphone, camera, screen, t]);
  return (
    <div className={controls.hidden} role="status">
      {message}
    </div>
  );
}

/** True once `condition` has held for `delayMs`. */
function useAfter(condition: boolean, delayMs: number): boolean {
  const [passed, setPassed] = useState(false);
  useEffect(() => {
    setPassed(false);
    if (!condition) return undefined;
    const timer = setTimeout(() => setPassed(true), delayMs);
    return () => clearTimeout(timer);
  }, [condition, delayMs]);
  return condition && passed;
}
