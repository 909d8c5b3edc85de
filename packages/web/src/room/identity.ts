import { LIMITS } from '@treff/protocol';
import * as z from 'zod/mini';
import { offersSignIn, type Session } from '../account/session.ts';

/** Who somebody is to the others before the server has said it: what the page offers, and nothing that anybody relies on. */
export interface Identity {
  /** `free`: as they like. Else the name is the account's, or the token's, and can't be changed here. */
  readonly name:
    | { readonly from: 'free' }
    | { readonly from: 'account' | 'token'; readonly displayName: string };
  /** Nobody comes in without one. */
  readonly nameRequired: boolean;
  /** Whether one may sign in and has not. */
  readonly canSignIn: boolean;
}

export const ANYBODY: Identity = { name: { from: 'free' }, nameRequired: false, canSignIn: false };

/** `session`: what the server says, once it has. A token says more than a cookie, because somebody meant it for this room. */
export function identityOf(session: Session | undefined, jwt: string | undefined): Identity {
  const nameRequired = session?.displayName === 'required';
  const token = jwt === undefined ? undefined : nameInToken(jwt);
  const account = session?.account ?? undefined;
  const canSignIn = session !== undefined && account === undefined && offersSignIn(session);
  if (token !== undefined)
    return { name: { from: 'token', displayName: token }, nameRequired, canSignIn: false };
  if (account === undefined) return { name: { from: 'free' }, nameRequired, canSignIn };
  return { name: { from: 'account', displayName: account.displayName }, nameRequired, canSignIn };
}

const claims = z.object({
  context: z.object({ user: z.object({ name: z.string().check(z.minLength(1), z.maxLength(1_000)) }) }),
});

/** The name in the payload of a JSON Web Token (RFC 7519) with Jitsi's claims. Nothing is verified here. */
export function nameInToken(jwt: string): string | undefined {
  const payload = claims.safeParse(payloadOf(jwt));
  const name = payload.success ? payload.data.context.user.name.trim() : '';
  return name === '' ? undefined : name.slice(0, LIMITS.displayNameLength);
}

function payloadOf(jwt: string): unknown {
  const [, payload = ''] = jwt.split('.');
  try {
    const bytes = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))));
  } catch {
    return undefined;
  }
}
