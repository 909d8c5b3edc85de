import { LIMITS, type AccessView } from '@treff/protocol';

/** Characters that a password may have at most under the operator's rules. */
export function longestPassword({ passwordDigits }: AccessView): number {
  return passwordDigits ?? LIMITS.roomPasswordLength;
}

/** Whether the server would take it, as far as the page can know. */
export function isFit(password: string, { passwordDigits }: AccessView): boolean {
  if (passwordDigits !== undefined) return password.length === passwordDigits && /^[0-9]+$/.test(password);
  return password.trim() !== '' && password.length <= LIMITS.roomPasswordLength;
}
