import * as z from 'zod/mini';
import type { Identity } from './identity.ts';
import { displayNameOf, identityId } from './verified-identity.ts';

/** Where in a provider's claims the things are that Treff asks of people. Paths lead into objects by dots. */
export interface ClaimMapping {
  readonly name: string;
  /** Whoever has this value there, alone or in a list, moderates, and nobody else. Absent: the provider says nothing of that. */
  readonly moderator: { readonly claim: string; readonly value: string } | undefined;
}

export type Claims = Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string };

/** Who somebody is by the claims of a provider (OpenID Connect Core 1.0 section 5). */
export function identityOf(claims: Claims, mapping: ClaimMapping): Identity {
  return {
    id: identityId('oidc', claims.iss, claims.sub),
    displayName: nameIn(claimAt(claims, mapping.name)) ?? nameIn(claims['preferred_username']),
    moderator: mapping.moderator && holds(claimAt(claims, mapping.moderator.claim), mapping.moderator.value),
  };
}

function nameIn(claim: unknown): string | undefined {
  return typeof claim === 'string' ? displayNameOf(claim) : undefined;
}

function holds(claim: unknown, value: string): boolean {
  const values: unknown[] = Array.isArray(claim) ? claim : [claim];
  return values.some((one) => one === value || (typeof one === 'boolean' && String(one) === value));
}

/** A claim of that name comes first: some are named by an address, which has dots. */
function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const name of path.split('.')) {
    const parsed = z.safeParse(object, value);
    if (!parsed.success || !Object.hasOwn(parsed.data, name)) return undefined;
    value = parsed.data[name];
  }
  return value;
}

const object = z.record(z.string(), z.unknown());
