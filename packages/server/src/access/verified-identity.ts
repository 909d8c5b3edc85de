import { createHash } from 'node:crypto';
import { oneLine } from '@treff/conference';
import { LIMITS } from '@treff/protocol';

/**
 * The id of somebody whom an issuer calls `subject`. No other issuer and no other scheme can name the same one: the issuer is
 * percent-encoded, so that the colon after it is the first one.
 */
export function identityId(scheme: 'jwt' | 'oidc', issuer: string, subject: string): string {
  const id = `${scheme}:${encodeURIComponent(issuer)}:${subject}`;
  return id.length > LIMITS.identityIdLength ? hashedId(scheme, id) : id;
}

/** An id for what has none, or too long a one. With its single colon it is none of {@link identityId}'s own. */
export function hashedId(scheme: 'jwt' | 'oidc', text: string): string {
  return `${scheme}:${createHash('sha256').update(text).digest('base64url')}`;
}

/** A name as others see it, cut to `LIMITS.displayNameLength`: nobody can shorten what their token says. `undefined` if nothing is left. */
export function displayNameOf(name: string | null | undefined): string | undefined {
  let short = '';
  for (const character of oneLine(name ?? '')) {
    if (short.length + character.length > LIMITS.displayNameLength) break;
    short += character;
  }
  return short.trim() || undefined;
}
