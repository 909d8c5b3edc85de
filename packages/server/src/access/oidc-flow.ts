import { createHmac, timingSafeEqual } from 'node:crypto';
import { LIMITS } from '@treff/protocol';
import * as z from 'zod/mini';
import type { OidcChecks } from './oidc-client.ts';

/** A sign-in that has begun. */
export interface OidcFlow {
  readonly checks: OidcChecks;
  /** A path of this site. */
  readonly returnTo: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Keeps a sign-in in the browser in which it began, and nowhere else: no other browser can end it. */
export interface OidcFlowCookies {
  /** A value of `Set-Cookie`. */
  keep(flow: OidcFlow): string;
  /** The flow in the `Cookie` header of a request; `undefined` if there is none, it is too old, or it is not signed with this key. */
  read(header: string | undefined, now: number): OidcFlow | undefined;
  /** A value of `Set-Cookie` that ends it. */
  readonly drop: string;
}

/** Sent to nothing but these addresses. `Lax`: it has to come with the person who returns from another site. */
export const OIDC_PATH = '/login/oidc';
const NAME = 'treff-oidc';

/** `flow.mac`, both base64url: JSON, and an HMAC-SHA-256 over it. `secure` when people open the server by https. */
export function createFlowCookies(
  secret: Uint8Array,
  { secure }: { readonly secure: boolean },
): OidcFlowCookies {
  const attributes = `; Path=${OIDC_PATH}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  const mac = (flow: string) => createHmac('sha256', secret).update(`treff oidc flow 1\n${flow}`).digest();
  return {
    keep(flow) {
      const text = Buffer.from(JSON.stringify(flow)).toString('base64url');
      const value = `${text}.${mac(text).toString('base64url')}`;
      return `${NAME}=${value}; Max-Age=${LIMITS.oidcFlowMs / 1_000}${attributes}`;
    },
    read(header, now) {
      const [, text, signature] = COOKIE.exec(header ?? '') ?? [];
      if (text === undefined || signature === undefined) return undefined;
      if (!timingSafeEqual(mac(text), Buffer.from(signature, 'base64url'))) return undefined;
      const flow = flowSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
      return now < flow.expiresAt ? flow : undefined;
    },
    drop: `${NAME}=; Max-Age=0${attributes}`,
  };
}

const COOKIE = new RegExp(`(?:^|;) *${NAME}=([\\w-]+)\\.([\\w-]{43})(?=;|$)`);

const flowSchema = z.object({
  checks: z.object({ state: z.string(), nonce: z.string(), verifier: z.string() }),
  returnTo: z.string(),
  expiresAt: z.number(),
});
