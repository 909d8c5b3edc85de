import type { PeopleCommand } from '@treff/client/media';
import type { Role } from '@treff/protocol';
import type { Person } from '../people.ts';

/** What the viewer may do to a person. */
export type PersonAction = 'lowerHand' | 'grantModerator' | 'revokeModerator' | 'giveUpModerator';

/** Who looks, and at what kind of meeting. */
export interface Viewpoint {
  readonly role: Role;
  /** How many moderate. */
  readonly moderators: number;
}

/** Only what would be done: nothing is offered that one may not do or that changes nothing. */
export function actionsOn(person: Person, { role, moderators }: Viewpoint): readonly PersonAction[] {
  if (role !== 'moderator') return [];
  if (person.isLocal) return moderators > 1 ? ['giveUpModerator'] : [];
  return [
    ...(person.hand === undefined ? [] : (['lowerHand'] as const)),
    person.role === 'moderator' ? 'revokeModerator' : 'grantModerator',
  ];
}

export function commandOf(action: PersonAction, { id }: Person): PeopleCommand {
  switch (action) {
    case 'lowerHand':
      return { type: 'lower-hand', participant: id };
    case 'grantModerator':
      return { type: 'grant-moderator', participant: id };
    case 'revokeModerator':
    case 'giveUpModerator':
      return { type: 'revoke-moderator', participant: id };
  }
}
