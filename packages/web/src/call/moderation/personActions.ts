import type { PeopleCommand } from '@treff/client/media';
import type { Mutable, Role } from '@treff/protocol';
import type { Person } from '../people.ts';

/** Of what moderators have to allow, by its kind. */
type Permission = `${'allow' | 'forbid'}.${Mutable}`;

/** What the viewer may do to a person. */
export type PersonAction =
  | 'mute'
  | 'askToUnmute'
  | 'stopCamera'
  | 'stopScreen'
  | Permission
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
    person.silent ? !person.blocked.includes('microphone') && 'askToUnmute' : 'mute',
    person.cameraOn && 'stopCamera',
    person.sharing && 'stopScreen',
    ...person.blocked.map((kind) => `allow.${kind}` as const),
    ...person.allowed.map((kind) => `forbid.${kind}` as const),
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
    case 'allow.microphone':
    case 'allow.camera':
    case 'allow.screen':
      return { type: 'allow-media', participant: id, kind: KINDS[action] };
    case 'forbid.microphone':
    case 'forbid.camera':
    case 'forbid.screen':
      return { type: 'disallow-media', participant: id, kind: KINDS[action] };
    case 'lowerHand':
      return { type: 'lower-hand', participant: id };
    case 'grantModerator':
      return { type: 'grant-moderator', participant: id };
    case 'revokeModerator':
    case 'giveUpModerator':
      return { type: 'revoke-moderator', participant: id };
  }
}

const KINDS = {
  'allow.microphone': 'microphone',
  'allow.camera': 'camera',
  'allow.screen': 'screen',
  'forbid.microphone': 'microphone',
  'forbid.camera': 'camera',
  'forbid.screen': 'screen',
} as const satisfies Readonly<Record<Permission, Mutable>>;
