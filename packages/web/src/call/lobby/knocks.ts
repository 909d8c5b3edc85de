import type { KnockerView, LobbyMessage, ParticipantId } from '@treff/protocol';

/** What somebody who waits said last, if nobody has answered yet. */
export function unanswered({ messages }: KnockerView): readonly LobbyMessage[] {
  const answered = messages.findLastIndex(({ fromKnocker }) => !fromKnocker);
  return messages.slice(answered + 1);
}

/** What was seen of those who wait: how many words of whom. */
export type Seen = ReadonlyMap<ParticipantId, number>;

export function seenOf(knocking: readonly KnockerView[]): Seen {
  return new Map(knocking.map(({ id, messages }) => [id, countOwn(messages)]));
}

/** Who came, or wrote something, since then. */
export function newsSince(knocking: readonly KnockerView[], seen: Seen): readonly KnockerView[] {
  return knocking.filter(({ id, messages }) => countOwn(messages) > (seen.get(id) ?? -1));
}

function countOwn(messages: readonly LobbyMessage[]): number {
  return messages.filter(({ fromKnocker }) => fromKnocker).length;
}
