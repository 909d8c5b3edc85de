import type { ErrorCode } from '@treff/protocol';

/** What helps against a door that stays shut; `asGuest`: coming without what the link brought; `patience`: only trying again. */
export type DoorKey = 'password' | 'knock' | 'name' | 'signIn' | 'asGuest' | 'patience';

/** What to ask of somebody at the door who was refused with this code. */
export function keyTo(code: ErrorCode): DoorKey {
  switch (code) {
    case 'room/password-required':
    case 'room/password-wrong':
    case 'room/too-many-attempts':
      return 'password';
    case 'room/knock-required':
      return 'knock';
    case 'participant/name-required':
    case 'participant/invalid-name':
      return 'name';
    case 'room/sign-in-required':
    case 'room/host-required':
      return 'signIn';
    case 'room/invitation-invalid':
    case 'auth/token-invalid':
    case 'auth/token-expired':
    case 'auth/token-wrong-room':
      return 'asGuest';
    default:
      return 'patience';
  }
}
