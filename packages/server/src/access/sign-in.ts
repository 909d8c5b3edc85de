import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { LIMITS } from '@treff/protocol';
import * as z from 'zod/mini';
import { idOfAccount, type Account, type Accounts } from './accounts.ts';
import type { Identity } from './identity.ts';

/** How somebody signed in. */
export type SignedInBy =
  | { readonly kind: 'account'; readonly account: Account }
  | {
      readonly kind: 'oidc';
      readonly identity: Identity;
      /** What the provider wants to see again when one signs out. */
      readonly idToken?: string | undefined;
    };

/** Who a browser is signed in as, by its cookie. */
export interface SignedIn {
  readonly kind: SignedInBy['kind'];
  readonly identity: Identity;
  /** What one signs in with, or what comes closest to it. */
  readonly name: string;
  readonly idToken: string | undefined;
}

/**
 * Remembers in a cookie who a browser is signed in as. The cookie is signed and says it all; of a local account only which it was and in
 * which version, and the rest is looked up each time, so that who was removed or reset is signed out at once.
 */
export interface SignIn {
  /** The value of a Set-Cookie header (RFC 6265 section 4.1). */
  issue(by: SignedInBy): string;
  /** The one that takes the cookie away. */
  clear(): string;
  /** By the value of a Cookie header; `undefined` if nobody is signed in. Rejects when the accounts can't be looked up. */
  read(cookieHeader: string | undefined): Promise<Identity | undefined>;
  /** As `read`, with all there is. */
  inspect(cookieHeader: string | undefined): Promise<SignedIn | undefined>;
}

export interface SignInOptions {
  /** The data folder's. Who knows it can sign in as anybody. */
  readonly secret: Uint8Array;
  /** Absent: local accounts are switched off. */
  readonly accounts: Pick<Accounts, 'find'> | undefined;
  /** Whether an OpenID provider's word counts. */
  readonly oidc: boolean;
  /** The address people open. */
  readonly publicUrl: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createSignIn({ secret, accounts, oidc, publicUrl, now }: SignInOptions): SignIn {
  const secure = publicUrl?.startsWith('https:') === true;
  // The prefix makes sure that no other host of the domain has set it (RFC 6265bis section 4.1.3.2).
  const name = secure ? '__Host-treff_session' : 'treff_session';
  // Not Strict: who comes from a link in a mail is signed in, too. Lax ones still come with no request of another site that changes something.
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;

  // Another number for another shape of the claim: a cookie of before is then none.
  const mac = (text: string) => createHmac('sha256', secret).update(`treff sign-in 1\n${text}`).digest();

  function sign(claim: Claim): string {
    const text = Buffer.from(JSON.stringify(claim)).toString('base64url');
    return `${text}.${mac(text).toString('base64url')}`;
  }

  function verify(value: string): Claim | undefined {
    const [, text, signature] = /^([\w-]+)\.([\w-]{43})$/.exec(value) ?? [];
    if (text === undefined || signature === undefined) return undefined;
    if (!timingSafeEqual(mac(text), Buffer.from(signature, 'base64url'))) return undefined;
    return claimSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  }

  async function inspect(cookieHeader: string | undefined): Promise<SignedIn | undefined> {
    const value = readCookie(cookieHeader, name);
    const claim = value === undefined ? undefined : verify(value);
    if (claim === undefined || now() - claim.at >= LIMITS.signedInMs) return undefined;
    switch (claim.kind) {
      case 'account': {
        const account = await accounts?.find(claim.name);
        if (account === undefined || account.version !== claim.version) return undefined;
        return { kind: 'account', identity: identityOf(account), name: account.name, idToken: undefined };
      }
      case 'oidc': {
        if (!oidc) return undefined;
        const { id, displayName, moderator, idToken } = claim;
        return { kind: 'oidc', identity: { id, displayName, moderator }, name: displayName ?? id, idToken };
      }
    }
  }

  return {
    issue(by) {
      const at = Math.floor(now());
      const claim = claimOf(by, at);
      const value = sign(claim);
      // The provider then asks whether one really wants to sign out there.
      const fits = value.length <= LIMITS.signInCookieLength || claim.kind !== 'oidc';
      const cookie = fits ? value : sign({ ...claim, idToken: undefined });
      return `${name}=${cookie}; Max-Age=${LIMITS.signedInMs / 1_000}; ${attributes}`;
    },
    clear: () => `${name}=; Max-Age=0; ${attributes}`,
    read: async (cookieHeader) => (await inspect(cookieHeader))?.identity,
    inspect,
  };
}

const claimSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('account'),
    name: z.string(),
    version: z.number(),
    /** When one signed in: milliseconds since the epoch. */
    at: z.number(),
  }),
  z.object({
    kind: z.literal('oidc'),
    id: z.string(),
    displayName: z.optional(z.string()),
    moderator: z.optional(z.boolean()),
    idToken: z.optional(z.string()),
    at: z.number(),
  }),
]);
type Claim = z.infer<typeof claimSchema>;

function claimOf(by: SignedInBy, at: number): Claim {
  switch (by.kind) {
    case 'account':
      return { kind: 'account', name: by.account.name, version: by.account.version, at };
    case 'oidc':
      return { kind: 'oidc', ...by.identity, idToken: by.idToken, at };
  }
}

/** Local accounts say nothing about moderating. */
function identityOf({ name, displayName }: Account): Identity {
  return { id: idOfAccount(name), displayName, moderator: undefined };
}

/** Of several of one name the first counts, which browsers send for the longest path. */
function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at !== -1 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
