import { LIMITS } from '@treff/protocol';

/** Control, format, surrogate, private and unassigned characters: what hides or turns text around. The joiners of emoji and of Indic and Persian scripts stay. */
const INVISIBLE = /(?![\u200c\u200d])\p{C}/gu;

/**
 * A display name as everybody sees it: NFC, one line, no invisible characters, trimmed; may be empty.
 * `undefined` when it is longer than `LIMITS.displayNameLength` then.
 */
export function cleanDisplayName(name: string): string | undefined {
  const clean = oneLine(name);
  return clean.length > LIMITS.displayNameLength ? undefined : clean;
}

/** What somebody wrote, on one line, without what hides or turns text around. */
export function oneLine(text: string): string {
  return text.normalize('NFC').replace(/\s+/gu, ' ').replace(INVISIBLE, '').trim();
}
