import type { KnockerView } from '@treff/protocol';
import { useEffect, useRef, useState, type ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../../design/controls.module.css';
import { useMeetingState } from '../../room/MeetingContext.ts';
import { useSeldom, type SeldomParts } from '../later/useSeldom.ts';
import { createChime } from './chime.ts';
import { newsSince, seenOf, unanswered, type Seen } from './knocks.ts';

const NOTHING_SEEN: Seen = new Map();

interface KnockNoticeProps {
  readonly knocking: readonly KnockerView[];
  /** The list of participants, which has all who wait, is open. */
  readonly hidden: boolean;
}

/** Moderators hear and see who knocks, and decide without looking for a place to do it. Put aside, it comes back with the next knock or word. */
export function KnockNotice({ knocking, hidden }: KnockNoticeProps) {
  const [aside, setAside] = useState<Seen>(NOTHING_SEEN);
  const announced = useAnnounced(knocking);
  const shown = !hidden && newsSince(knocking, aside).length > 0;
  return (
    <>
      <p className={controls.hidden} role="status">
        {announced}
      </p>
      {shown ? <LoadedKnocks knocking={knocking} onPutAside={() => setAside(seenOf(knocking))} /> : null}
    </>
  );
}

/** There as soon as its code is, which most of the time it is already. */
function LoadedKnocks(props: ComponentProps<SeldomParts['Knocks']>) {
  const { state } = useSeldom();
  return state.name === 'here' ? <state.module.Knocks {...props} /> : null;
}

/** Sounds when somebody comes, or writes, also for whoever becomes a moderator while people wait; what to say of it. */
function useAnnounced(knocking: readonly KnockerView[]): string {
  const { t } = useTranslation();
  const speakerId = useMeetingState((state) => state.local.speakerId);
  const [chime] = useState(() => createChime());
  const heard = useRef(NOTHING_SEEN);
  const [announced, setAnnounced] = useState('');
  useEffect(() => {
    const latest = newsSince(knocking, heard.current).at(-1);
    heard.current = seenOf(knocking);
    if (latest === undefined) return;
    chime.ring(performance.now(), speakerId);
    const name = latest.displayName === '' ? t('call.guest') : latest.displayName;
    const text = unanswered(latest).at(-1)?.text;
    setAnnounced(text === undefined ? t('lobby.knocksNow', { name }) : t('lobby.says', { name, text }));
  }, [knocking, speakerId, chime, t]);
  return knocking.length === 0 ? '' : announced;
}
