import type { PeopleCommand } from '@treff/client/media';
import type { Role } from '@treff/protocol';
import type { Person } from '../people.ts';

/** What the viewer may do to a person. */
export type PersonAction =
  | 'mute'
  | 'askToUnmute'
  | 'stopCamera'
  | 'stopScreen'
  | 'lowerHand'
  | 'grantModerator'
  | 'revokeModerator'
  | 'giveUpModerator'
  | 'kick';

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
  const actions: (PersonAction | false)[] = [
    person.silent ? 'askToUnmute' : 'mute',
    person.cameraOn && 'stopCamera',
    person.sharing && 'stopScreen',
    person.hand !== undefined && 'lowerHand',
    person.role === 'moderator' ? 'revokeModerator' : 'grantModerator',
    'kick',
  ];
  return actions.filter((action) => action !== false);
}

/** What the server is asked for. A kick is asked for by its dialog. */
export function commandOf(action: Exclude<PersonAction, 'kick'>, { id }: Person): PeopleCommand {
  switch (action) {
    case 'mute':
      return { type: 'mute-participant', participant: id, kind: 'microphone' };
    case 'stopCamera':
      return { type: 'mute-participant', participant: id, kind: 'camera' };
    case 'stopScreen':
      return { type: 'mute-participant', participant: id, kind: 'screen' };
    case 'askToUnmute':
      return { type: 'ask-to-unmute', participant: id };
    case 'lowerHand':
      return { type: 'lower-hand', participant: id };
    case 'grantModerator':
      return { type: 'grant-moderator', participant: id };
    case 'revokeModerator':
    case 'giveUpModerator':
      return { type: 'revoke-moderator', participant: id };
  }
}
