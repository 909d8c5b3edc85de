import { LIMITS, type ErrorCode } from '@treff/protocol';

/** Control, surrogate and private characters, and those that turn the direction of all that follows; line feed and tab stay, and the marks and joiners that scripts and emoji need. */
const UNWANTED = /(?![\n\t])[\p{Cc}\p{Cs}\p{Co}\u202a-\u202e\u2066-\u2069]/gu;

/** At least one character that can be seen. */
const VISIBLE = /[^\s\p{C}]/u;

/** A chat message as everybody gets it: plain text, lines ended by line feeds, without unwanted characters, trimmed; or why it is none. */
export function cleanMessage(
  text: string,
): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly code: ErrorCode } {
  const clean = text
    .replace(/\r\n?|[\u2028\u2029]/gu, '\n')
    .replace(UNWANTED, '')
    .trim();
  if (!VISIBLE.test(clean)) return { ok: false, code: 'chat/empty' };
  if (clean.length > LIMITS.messageLength) return { ok: false, code: 'chat/too-long' };
  return { ok: true, text: clean };
}
