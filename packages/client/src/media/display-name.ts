import { cleanDisplayName } from '@treff/conference';
import { LIMITS } from '@treff/protocol';

/** What a person typed as a name the server takes: clean, and cut where it is too long, never within a character as people see them. */
export function fittingName(typed: string): string {
  // Ten times the limit is more than any name, and all that is looked at of a whole book.
  const segments = new Intl.Segmenter().segment(typed.trim().slice(0, 10 * LIMITS.displayNameLength));
  const characters = Array.from(segments, ({ segment }) => segment).slice(0, LIMITS.displayNameLength);
  for (;;) {
    const name = cleanDisplayName(characters.join(''));
    if (name !== undefined) return name;
    characters.pop();
  }
}
