import { ownerOf, type ConferenceView, type ParticipantView, type SourceView } from '@treff/protocol';

/** The other end of a direct connection that goes on although the server lost the conference: as it was seen last. */
export interface Carried {
  readonly peer: ParticipantView;
  readonly sources: readonly SourceView[];
}

/** The other end of a direct connection in a conference that is about to be lost; `undefined` if it is not in it. */
export function carriedFrom(view: ConferenceView, peer: ParticipantView['id']): Carried | undefined {
  const participant = view.participants.find(({ id }) => id === peer);
  if (participant === undefined) return undefined;
  return { peer: participant, sources: view.sources.filter(({ id }) => ownerOf(id) === peer) };
}

/**
 * The new conference with whom one still talks to in it: until they are back themselves, as somebody whose connection to the server is interrupted; then
 * with the sources that they have not published again yet.
 */
export function withCarried(view: ConferenceView, carried: Carried | undefined): ConferenceView {
  if (carried === undefined) return view;
  const { peer } = carried;
  const isBack = view.participants.some(({ id }) => id === peer.id);
  const published = view.sources.filter(({ id }) => ownerOf(id) === peer.id).map(({ kind }) => kind);
  const missing = carried.sources.filter(({ kind }) => !published.includes(kind));
  if (isBack && missing.length === 0) return view;
  return {
    ...view,
    participants: isBack ? view.participants : [...view.participants, { ...peer, connection: 'interrupted' }],
    sources: [...view.sources, ...missing],
  };
}
