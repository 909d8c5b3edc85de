import { LIMITS, type ErrorCode } from '@treff/protocol';

/** Why this is no password for a conference; `undefined`: it is one. `digits`: how many it has to be made of, by the operator's will. */
export function unfitPassword(password: string, digits: number | undefined): ErrorCode | undefined {
  const fits =
    digits === undefined
      ? password !== '' && password.length <= LIMITS.roomPasswordLength
      : password.length === digits && /^\d+$/.test(password);
  return fits ? undefined : 'room/password-unfit';
}
