import type { ParticipantId, ParticipantView } from '@treff/protocol';

/** Who came and went between two looks at the conference, by name. */
export interface Traffic {
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

/** The names of everybody but oneself. */
export type Presence = ReadonlyMap<ParticipantId, string>;

export function presenceOf(participants: readonly ParticipantView[], self: ParticipantId): Presence {
  return new Map(
    participants.filter(({ id }) => id !== self).map(({ id, displayName }) => [id, displayName]),
  );
}

/** The difference; somebody who came and went in between was never here. */
export function trafficBetween(before: Presence, after: Presence): Traffic {
  return { joined: namesIn(after, before), left: namesIn(before, after) };
}

function namesIn(one: Presence, other: Presence): readonly string[] {
  return [...one].filter(([id]) => !other.has(id)).map(([, name]) => name);
}
