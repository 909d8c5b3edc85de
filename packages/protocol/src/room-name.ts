import { LIMITS } from './limits.ts';

/** First path segments that belong to the server and never name a room. */
export const RESERVED_PATHS: ReadonlySet<string> = new Set([
  'about', 'account', 'api', 'assets', 'config.js', 'external_api.js', 'favicon.ico', 'healthz', 'libs', 'locales', 'login',
  'logout', 'manifest.webmanifest', 'metrics', 'robots.txt', 'static', 'sw.js', 'ws', '.well-known',
]); // prettier-ignore

/** Jitsi's excluded characters (URI delimiters, angle brackets, quotes), and beyond them whitespace, backslash, percent, and what cannot be seen: control, format, unassigned. */
const UNSAFE = /[:?#[\]@!$&'()*+,;=<>/"\\%^`{|}\s\p{C}\p{Z}]/gu;

/**
 * The name by which a room is known, or `undefined` when nothing is left of it, it is longer than `LIMITS.roomNameLength`,
 * or the path is reserved. As Jitsi does: percent-decoded, NFKC, lower case, unsafe characters removed; Unicode letters stay.
 * Idempotent. `segment` is one path segment, encoded or not; a malformed percent-encoding is taken literally.
 */
export function normaliseRoomName(segment: string): string | undefined {
  if (segment.length > LIMITS.roomNameLength * 12) return undefined;
  // Lower-casing may leave NFKC (and the reverse), so the pair is applied until it rests; two rounds always suffice.
  let name = decode(segment);
  for (let round = 0; round < 3; round++) name = name.normalize('NFKC').toLowerCase().replace(UNSAFE, '');
  if (name === '' || /^\.+$/.test(name) || name.length > LIMITS.roomNameLength || RESERVED_PATHS.has(name))
    return undefined;
  return name;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
