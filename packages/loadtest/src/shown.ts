import { ownerOf, type ConferenceView, type ReceiverConstraints } from '@treff/protocol';

/** What of a view decides which pictures are looked at. */
interface Seen extends Pick<ConferenceView, 'self' | 'sources'> {
  readonly participants: readonly Pick<ConferenceView['participants'][number], 'id'>[];
}

/** The pictures of the next so many people who send one, in order of coming and around. */
export function shown(view: Seen, show: number, height: number): ReceiverConstraints {
  const self = view.participants.findIndex(({ id }) => id === view.self);
  const order = [...view.participants.slice(self + 1), ...view.participants.slice(0, Math.max(0, self))];
  const places = new Map(order.map(({ id }, place) => [id, place]));
  const pictures = view.sources
    .flatMap(({ id, kind, muted }) => {
      const place = places.get(ownerOf(id));
      return kind !== 'camera' || muted || place === undefined ? [] : [{ id, place }];
    })
    .toSorted((one, other) => one.place - other.place)
    .slice(0, show);
  return { defaultMaxHeight: 0, maxHeights: Object.fromEntries(pictures.map(({ id }) => [id, height])) };
}
