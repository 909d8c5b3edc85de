import { maySend } from '@treff/conference';
import {
  mutableOf,
  MUTABLES,
  ownerOf,
  type ConferenceView,
  type Mutable,
  type ViewEvent,
} from '@treff/protocol';

/** Which of one's own a moderator muted with this event: it has to be switched off, or it would be on for its owner and for nobody else. */
export function mutedByModerator(event: ViewEvent, { self, sources }: ConferenceView): readonly Mutable[] {
  if (event.type !== 'source-muted' || event.by === undefined || ownerOf(event.source) !== self) return [];
  return sources.flatMap(({ id, kind }) => (id === event.source ? [mutableOf(kind)] : []));
}

/** Which of one's own the server holds back: a device that nobody sees or hears is not left on. */
export function heldBack({ self, sources }: ConferenceView): readonly Mutable[] {
  return sources.flatMap(({ id, kind, blocked }) =>
    blocked && ownerOf(id) === self ? [mutableOf(kind)] : [],
  );
}

/** What the person may not switch on without a moderator's leave. */
export function forbidden(view: ConferenceView): readonly Mutable[] {
  return MUTABLES.filter((kind) => !maySend(view, view.self, kind));
}

/** With what switched off the person is to come in. Not who opens the meeting, and not who runs it. */
export function mutedAtStart({
  self,
  participants,
  startMuted,
}: ConferenceView): readonly ('microphone' | 'camera')[] {
  const own = participants.find(({ id }) => id === self);
  if (participants.length < 2 || own?.role === 'moderator') return [];
  return (['microphone', 'camera'] as const).filter((kind) => startMuted[kind]);
}
