import { participantId } from '@treff/protocol';
import { useEffect, type RefObject } from 'react';
import { useMeeting } from '../../room/MeetingContext.ts';

/** Loudness that counts as speaking, and the lower one at which it ends, so that the ring does not flicker. */
const BEGINS = 0.35;
const ENDS = 0.22;

/** Marks the tiles in `surface` of those who speak. Without React: levels change many times a second. */
export function useSpeaking(surface: RefObject<HTMLElement | null>): void {
  const meeting = useMeeting();
  useEffect(
    () =>
      meeting.levels.subscribe(() => {
        const muted = meeting.getState().local.microphone.status !== 'on';
        for (const tile of surface.current?.querySelectorAll<HTMLElement>('[data-source="camera"]') ?? []) {
          const isLocal = tile.dataset['local'] !== undefined;
          const id = isLocal ? 'local' : participantId.parse(tile.dataset['participantId']);
          const level = isLocal && muted ? 0 : meeting.levels.get(id);
          const wasSpeaking = tile.dataset['speaking'] !== undefined;
          tile.toggleAttribute('data-speaking', level > (wasSpeaking ? ENDS : BEGINS));
        }
      }),
    [meeting, surface],
  );
}
