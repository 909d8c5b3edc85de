import { ownerOf, type ConferenceView, type SourceKind, type ViewEvent } from '@treff/protocol';

/** Which of one's own sources a moderator muted with this event: it has to be switched off, or it would be on for its owner and for nobody else. */
export function mutedByModerator(
  event: ViewEvent,
  { self, sources }: ConferenceView,
): SourceKind | undefined {
  if (event.type !== 'source-muted' || event.by === undefined || ownerOf(event.source) !== self)
    return undefined;
  return sources.find(({ id }) => id === event.source)?.kind;
}
