import { LIMITS, type ErrorCode } from '@treff/protocol';

const WORDS: Partial<Record<ErrorCode, string>> = {
  'account/taken': 'There is an account of this name already.',
  'account/unknown': 'There is no account of this name.',
  'account/invalid-name': `A name has 1 to ${LIMITS.accountNameLength} letters, digits, and characters of . _ - @`,
  'account/password-unfit': `A password has ${LIMITS.accountPasswordShortest} to ${LIMITS.accountPasswordLongest} characters.`,
  'participant/invalid-name': `A display name has 1 to ${LIMITS.displayNameLength} characters.`,
  'room/invalid-name': 'No room can have this name.',
  'room/taken': 'The room belongs to somebody already; "treff room set" changes it.',
  'room/not-owned': 'The room belongs to nobody; "treff room reserve" makes it somebody’s.',
  'room/password-unfit': `A room’s password has 1 to ${LIMITS.roomPasswordLength} characters.`,
  'invitation/unknown': 'There is no such invitation to this room.',
  'invitation/expiry-unfit': 'It would have expired already, or last too long.',
  'invitation/too-many': `The room has ${LIMITS.invitations} invitations already; revoke some.`,
};

/** What a refusal means, for an operator. */
export function wordsFor(code: ErrorCode): string {
  return WORDS[code] ?? 'It could not be done.';
}
